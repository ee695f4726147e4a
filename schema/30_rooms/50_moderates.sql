create or replace function moderates(room_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from rooms r where r.id = moderates.room_id and r.host_id = acting_user()
  union all
  select from participants p
  where p.room_id = moderates.room_id and p.user_id = acting_user() and p.role = 'MODERATOR');

comment on function moderates(bigint) is 'Whether the acting user is the room''s host (also while away), or has a moderator''s seat in it.';

create or replace function moderates(room_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from rooms r where r.id = moderates.room_id and (r.host_id = acting_user() or acting_user() = any (r.co_host_ids))
  union all
  select from participants p
  where p.room_id = moderates.room_id and p.user_id = acting_user() and p.role = 'MODERATOR'
  union all
  select where is_site_moderator() and may_see_room(moderates.room_id));

comment on function moderates(bigint) is 'Whether the acting user is the room''s host (also while away) or a co-host of it, has a moderator''s seat in it, or is a site moderator who may see it.';

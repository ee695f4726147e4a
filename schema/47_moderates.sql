create or replace function moderates(room_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (
  select from participants p
  where p.room_id = moderates.room_id and p.user_id = acting_user() and p.role in ('HOST', 'MODERATOR'));

comment on function moderates(bigint) is 'Whether the acting user is host or moderator of the room.';

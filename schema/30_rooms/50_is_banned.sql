-- Users may not call it: only host and moderators know who else is banned.
create or replace function is_banned(room_id bigint, user_id bigint) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (select from bans b where b.room_id = is_banned.room_id and b.user_id = is_banned.user_id);

comment on function is_banned(bigint, bigint) is 'Whether this user is banned from the room.';

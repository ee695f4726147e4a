create or replace function unban(room_id bigint, username text) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  banned bigint := require_user(unban.username);
begin
  perform require_moderator(unban.room_id);
  delete from bans b where b.room_id = unban.room_id and b.user_id = banned;
  return found;
end
$$;

comment on function unban(bigint, text) is 'Host and moderators: lift the ban of a user; false if they were not banned.';

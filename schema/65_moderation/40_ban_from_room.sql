create or replace function ban_from_room(room_id bigint, username text) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  banned bigint := require_user(ban_from_room.username);
begin
  perform require_moderator(ban_from_room.room_id), require_open_room(ban_from_room.room_id);
  insert into bans (room_id, user_id) values (ban_from_room.room_id, banned) on conflict do nothing;
  return found;
end
$$;

comment on function ban_from_room(bigint, text) is
  'Host and moderators: ban a user, who is removed if in the room, and may not join again. False if they are banned already.';

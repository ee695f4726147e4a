create or replace function ban_from_room(room_id bigint, username text) returns boolean
language plpgsql as $$
declare
  somebody bigint := require_user(ban_from_room.username);
begin
  perform require_moderator(ban_from_room.room_id), require_open_room(ban_from_room.room_id);
  insert into bans (room_id, user_id) values (ban_from_room.room_id, somebody) on conflict do nothing;
  return found;
end
$$;

comment on function ban_from_room(bigint, text) is
  'Host and moderators: show somebody out, here or just gone, and refuse them from now on; false if they are banned already.';

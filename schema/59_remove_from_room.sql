create or replace function remove_from_room(room_id bigint, username text) returns boolean
language plpgsql as $$
declare
  occupant bigint := require_moderator(remove_from_room.room_id, remove_from_room.username);
begin
  if exists (select from rooms r where r.id = remove_from_room.room_id and r.host_id = occupant) then
    raise check_violation using
      message    = 'nobody removes the host from their own room',
      constraint = 'participants_host_is_never_removed';
  end if;
  delete from participants p where p.room_id = remove_from_room.room_id and p.user_id = occupant;
  return found;
end
$$;

comment on function remove_from_room(bigint, text) is
  'Host and moderators: show somebody out, who may come back; false if they have left in this very moment.';

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

create or replace function unban(room_id bigint, username text) returns boolean
language plpgsql as $$
declare
  somebody bigint := require_user(unban.username);
begin
  perform require_moderator(unban.room_id);
  delete from bans b where b.room_id = unban.room_id and b.user_id = somebody;
  return found;
end
$$;

comment on function unban(bigint, text) is 'Host and moderators: let somebody in again; false if they were not banned.';

create or replace function lock_room(room_id bigint, locked boolean default true) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
begin
  perform require_open_room(lock_room.room_id);
  if not may_moderate(lock_room.room_id) then
    raise insufficient_privilege using
      message    = 'only the host and moderators lock a room',
      constraint = 'rooms_only_the_host_changes_them',
      hint       = 'Ask the host or a moderator.';
  end if;
  update rooms r set locked = coalesce(lock_room.locked, true)
  where r.id = lock_room.room_id and r.locked <> coalesce(lock_room.locked, true);
  return found;
end
$$;

comment on function lock_room(bigint, boolean) is
  'Host and moderators: lock the room, so that no new participants may join; unlock it with lock_room(1, false). False if nothing changed.';

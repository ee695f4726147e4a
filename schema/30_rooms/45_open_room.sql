create or replace function open_room(room_id bigint) returns rooms
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  room rooms;
begin
  update rooms r set opened_at = now()
  where r.id = open_room.room_id and r.ended_at is null and r.opened_at is null
    and (acting_as_operator() or r.host_id = acting_user() or acting_user() = any (r.co_host_ids))
  returning * into room;
  if not found then
    perform require_open_room(open_room.room_id);
    select * into room from rooms r where r.id = open_room.room_id;
    if room.opened_at is null then
      raise insufficient_privilege using
        message    = 'only the host and co-hosts open a room before its time',
        constraint = 'rooms_only_the_host_changes_them',
        hint       = 'It opens at its scheduled time.';
    end if;
  end if;
  return room;
end
$$;

comment on function open_room(bigint) is 'The host, or a co-host: open a scheduled room now. Does nothing if the room is open already.';

create or replace function end_room(room_id bigint) returns rooms
language plpgsql as $$
declare
  room rooms;
begin
  update rooms r set ended_at = now() where r.id = end_room.room_id and r.ended_at is null returning * into room;
  if not found then
    if exists (select from rooms r where r.id = end_room.room_id and r.ended_at is null) then
      raise insufficient_privilege using
        message    = 'only its host ends a room',
        constraint = 'rooms_only_the_host_changes_them';
    end if;
    perform require_open_room(end_room.room_id);
  end if;
  return room;
end
$$;

comment on function end_room(bigint) is 'End a room for everyone in it. Its host may.';

create or replace function require_broadcast(room_id bigint) returns void
language plpgsql stable as $$
declare
  room record;
begin
  perform roomtone.require_open_room(require_broadcast.room_id);
  select r.broadcast, r.opened_at, r.topology into room from roomtone.rooms r where r.id = require_broadcast.room_id;
  if not room.broadcast then
    raise insufficient_privilege using
      message    = 'this room is heard only by the people in it',
      constraint = 'rooms_are_heard_if_broadcast',
      hint       = 'Enter it to listen. Its host can let anybody listen, in the room''s settings (rooms.broadcast).';
  end if;
  if room.opened_at is null then
    raise sqlstate 'PT409' using
      message    = 'this room has not opened yet',
      constraint = 'rooms_broadcast_has_a_mix',
      hint       = 'Come back when it opens.';
  end if;
  if room.topology = 'mesh' then
    raise sqlstate 'PT409' using
      message    = 'this room has no mix: in a mesh, audio goes from browser to browser',
      constraint = 'rooms_broadcast_has_a_mix',
      hint       = 'Its host can choose another topology: update rooms set topology = ''sfu''.';
  end if;
end
$$;

comment on function require_broadcast(bigint) is
  'Raises rooms_are_heard_if_broadcast unless anybody may listen to the room without a seat, rooms_broadcast_has_a_mix (PT409, so 409 over HTTP) while there is nothing to listen to, and the errors of require_open_room for a room that has ended or that the acting user may not see.';

create or replace function require_open_room(room_id bigint) returns void
language plpgsql stable as $$
declare
  ended timestamptz;
begin
  select r.ended_at into ended from roomtone.rooms r where r.id = require_open_room.room_id and roomtone.may_see_room(r.id);
  if not found then
    raise no_data_found using
      message    = format('there is no room %s', coalesce(require_open_room.room_id::text, 'without an id')),
      constraint = 'participants_room_is_open',
      hint       = 'List the open rooms with: select id, name from hallway;';
  end if;
  if ended is not null then
    raise check_violation using
      message    = 'this room has ended',
      constraint = 'participants_room_is_open',
      hint       = 'Start a new one.';
  end if;
end
$$;

comment on function require_open_room(bigint) is 'Raises participants_room_is_open if the room has ended, or if there is no room with this id that the acting user may see (P0002).';

create or replace function require_seat(room_id bigint, peer_id uuid default null) returns uuid
language plpgsql stable as $$
declare
  seat_peer uuid;
begin
  select p.peer_id into seat_peer from roomtone.participants p
  where p.room_id = require_seat.room_id and p.user_id = roomtone.acting_user() and p.peer_id is not null;
  if seat_peer is null then
    perform roomtone.require_open_room(require_seat.room_id);
    raise insufficient_privilege using
      message    = 'you are not in this room',
      constraint = 'participants_only_for_participants',
      hint       = 'Join first: POST /rows/participants, or select join_room(…).';
  end if;
  if seat_peer is distinct from coalesce(require_seat.peer_id, seat_peer) then
    raise insufficient_privilege using
      message    = 'this session no longer has your seat',
      constraint = 'participants_peer_id_is_current',
      hint       = 'Another tab took the seat, or your connection was lost for too long. Join again.';
  end if;
  return seat_peer;
end
$$;

comment on function require_seat(bigint, uuid) is
  'The peer_id of the acting user''s seat in the room. Raises if they have none, or not with the given peer_id.';

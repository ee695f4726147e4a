create or replace function hand_over(room_id bigint, username text) returns rooms
language plpgsql as $$
declare
  heir bigint := require_occupant(hand_over.room_id, hand_over.username);
  room rooms;
begin
  -- Seats before the room, as somebody leaving takes them: so the two wait for each other in one direction only.
  perform from participants p
  where p.room_id = hand_over.room_id and (p.user_id = heir or p.role = 'HOST')
  order by p.user_id for no key update;
  update rooms r set host_id = heir
  where r.id = hand_over.room_id and (acting_as_operator() or r.host_id = acting_user())
  returning * into room;
  if not found then
    raise insufficient_privilege using
      message    = 'only its host hands a room over',
      constraint = 'rooms_only_the_host_changes_them';
  end if;
  return room;
end
$$;

comment on function hand_over(bigint, text) is
  'Make somebody who is on stage in your room its host: hand_over(1, ''anna''). You stay, as a moderator.';

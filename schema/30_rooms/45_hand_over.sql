create or replace function hand_over(room_id bigint, username text) returns rooms
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  new_host bigint := require_participant(hand_over.room_id, hand_over.username);
  room rooms;
begin
  -- Lock the seats before the room, in the same order as a host who leaves, to avoid a deadlock.
  perform from participants p
  where p.room_id = hand_over.room_id and (p.user_id = new_host or p.role = 'HOST')
  order by p.user_id for no key update;
  update rooms r set host_id = new_host
  where r.id = hand_over.room_id and (acting_as_operator() or r.host_id = acting_user())
  returning * into room;
  if not found then
    raise insufficient_privilege using
      message    = 'only the host hands a room over',
      constraint = 'rooms_only_the_host_changes_them',
      hint       = 'Ask the host.';
  end if;
  return room;
end
$$;

comment on function hand_over(bigint, text) is
  'The host: make another participant on stage the host: select hand_over(1, ''anna''); You become a moderator.';

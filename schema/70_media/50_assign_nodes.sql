create or replace function assign_nodes() returns int
language plpgsql security definer set search_path = roomtone, pg_temp set lock_timeout = '50ms' as $$
declare
  room bigint;
  moved int := 0;
begin
  delete from nodes n where n.kind in ('sfu', 'mcu', 'edge') and n.heartbeat_at < clock_timestamp() - interval '1 minute';
  -- A crash of the database empties assignments, but not participants, and afterwards another node may host the room.
  delete from participants p
  where p.peer_id in (
    select s.peer_id from participants s
    where s.kind not in ('person', 'bot') and not exists (select from assignments a where a.peer_id = s.peer_id) for update skip locked);
  if not exists (select from misplaced_rooms()) and not exists (select from rooms_with_misplaced_listeners())
     and not exists (select from rooms_to_choose_for()) then
    return 0;
  end if;
  begin
    perform pg_advisory_xact_lock(hashtext('roomtone nodes'));
  exception when lock_not_available then
    return 0; -- a heartbeat never waits for a transaction that was left open; the next one is a second away
  end;
  for room in select * from misplaced_rooms() loop
    begin
      if not room_is_occupied(room) then
        -- Before the node is freed, or the recording would wait for another node.
        update recordings r set ended_at = clock_timestamp(), ended_reason = 'all people had left'
        where r.room_id = room and r.ended_at is null;
      end if;
      perform unassign_node(room);
      if assign_node(room) is not null then
        moved := moved + 1;
      end if;
    exception when lock_not_available or deadlock_detected then
      null; -- another transaction has a row of this room locked: tried again with the next heartbeat
    end;
  end loop;
  for room in select * from rooms_to_choose_for() loop
    begin
      perform from logs l where l.room_id = room for update;
      perform choose_topology(room);
    exception when lock_not_available or deadlock_detected then
      null;
    end;
  end loop;
  for room in select * from rooms_with_misplaced_listeners() loop
    begin
      perform place_listeners(room);
    exception when lock_not_available or deadlock_detected then
      null;
    end;
  end loop;
  return moved;
end
$$;

comment on function assign_nodes() is
  'Assigns every open room with participants that has no node, or whose node stopped or lost its seat, to a living node, and listeners to edges (place_listeners). Chooses where the topology is automatic (choose_topology). Ends the assignment of empty rooms, and their recordings before. Deletes seats of nodes without an assignment. Returns how many rooms were assigned. Called every second, by one of the nodes (node_heartbeat).';

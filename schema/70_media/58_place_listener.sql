-- Called at each join, so it asks first what is cheap.

create or replace function place_listener(seat participants) returns uuid
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  served bigint; -- by the node of the stage
  spills boolean := exists (select from assignments a where a.room_id = seat.room_id and a.serves = 'audience');
  chosen uuid;
begin
  if not (spills or exists (select from nodes n where n.kind = 'edge'))
     or not exists (select from rooms r where r.id = seat.room_id and r.topology <> 'mesh' and r.ended_at is null and not r.encrypted)
     or exists (select from participants p where p.room_id = seat.room_id and p.user_id = seat.user_id
                and (p.served_directly
                     -- Programs show no notice that the room is recorded: the node of the stage mixes tones for each of them.
                     or p.offers and exists (select from recordings c where c.room_id = seat.room_id and c.ended_at is null))) then
    return null;
  end if;
  perform from logs l where l.room_id = seat.room_id for update;
  select l.here - l.on_stage - edges.listeners into served
  from logs l cross join (select coalesce(sum(a.listeners), 0) as listeners from assignments a
                          where a.room_id = seat.room_id and a.serves = 'audience') edges
  where l.room_id = seat.room_id;
  -- The first time that the node of the stage has no capacity left, a heartbeat notices it (place_listeners): a join need not count all its rooms.
  spills := spills and coalesce(served >= stage_listeners(seat.room_id), false);
  if not spills and coalesce(served, 0) < coalesce((select s.edge_after from topology_sizes s), 50) then
    return null;
  end if;
  select e.peer_id into chosen from edges_of_room(seat.room_id, spills) e
  order by e.kind <> 'edge', e.listeners::float8 / e.capacity, e.peer_id limit 1;
  chosen := coalesce(chosen, assign_edge(seat.room_id, spills));
  -- The transaction may have changed the seat again since, or ended it.
  update participants p set edge = chosen
  where chosen is not null and p.room_id = seat.room_id and p.user_id = seat.user_id and p.peer_id = seat.peer_id
    and p.role = 'AUDIENCE' and p.hand_raised_at is null and p.invited_to_speak_at is null;
  if not found then
    return null;
  end if;
  update assignments a set listeners = a.listeners + 1 where a.peer_id = chosen;
  return chosen;
end
$$;

comment on function place_listener(participants) is
  'Gives a new listener an edge if the node of the stage serves as many as it should (topology_sizes.edge_after), or has capacity for (stage_listeners): of the edges of the room, or else a further one, the one with the largest share of its capacity free. Returns its peer_id; null if the node of the stage serves the listener, as it does one that offers (WHEP) while the room is recorded, and all in an encrypted room, of which an edge has no mix. The listener is not counted yet. Takes the lock on the room''s log.';

create or replace function assign_edge(room_id bigint, beyond_capacity boolean) returns uuid
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  chosen nodes;
  seat uuid;
begin
  -- The caller has the lock on the log. It must not wait for a transaction that assigns nodes, because that may wait for the log.
  if not pg_try_advisory_xact_lock(hashtext('roomtone nodes')) then
    return null;
  end if;
  select n.* into chosen
  from living_nodes() n cross join lateral (select node_load(n.id) as load) now
  -- Nodes of revisions before 3 know no edges.
  where (n.kind = 'edge' or (assign_edge.beyond_capacity and n.kind in ('sfu', 'mcu') and n.revision >= 3)) and now.load < n.capacity
    and not exists (select from assignments a where a.room_id = assign_edge.room_id and a.node_id = n.id)
    and not exists (select from participants p where p.room_id = assign_edge.room_id and p.user_id = n.user_id)
  order by n.kind <> 'edge', now.load::float8 / n.capacity, n.started_at limit 1;
  if not found then
    return null;
  end if;
  insert into assignments (room_id, node_id, serves) values (assign_edge.room_id, chosen.id, 'audience') returning peer_id into seat;
  chosen.kind := 'edge'; -- in this room, to all who follow its log
  perform seat_node(assign_edge.room_id, chosen, seat);
  return seat;
end
$$;

comment on function assign_edge(bigint, boolean) is
  'Assigns the audience of a room to one more edge, the living one with the largest share of its capacity free, and gives it a seat. Beyond the capacity of its stage, where no edge has capacity, to an sfu or mcu node, which then serves listeners as an edge does. Returns the seat''s peer_id; null if there is no such node, or nodes are being assigned by another transaction. To be called with the lock on the room''s log.';

create or replace function assign_edge(room_id bigint) returns uuid
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
  from living_nodes() n
  cross join lateral (select coalesce(sum(a.listeners), 0) as listeners from assignments a where a.node_id = n.id) load
  where n.kind = 'edge' and load.listeners < n.capacity
    and not exists (select from assignments a where a.room_id = assign_edge.room_id and a.node_id = n.id)
    and not exists (select from participants p where p.room_id = assign_edge.room_id and p.user_id = n.user_id)
  order by load.listeners::float8 / n.capacity, n.started_at limit 1;
  if not found then
    return null;
  end if;
  insert into assignments (room_id, node_id, serves) values (assign_edge.room_id, chosen.id, 'audience') returning peer_id into seat;
  perform seat_node(assign_edge.room_id, chosen, seat);
  return seat;
end
$$;

comment on function assign_edge(bigint) is
  'Assigns the audience of a room to one more edge, the living one with the largest share of its capacity free, and gives it a seat. Returns the seat''s peer_id; null if there is no such edge, or nodes are being assigned by another transaction. To be called with the lock on the room''s log.';

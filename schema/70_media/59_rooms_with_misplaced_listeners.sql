create or replace function rooms_with_misplaced_listeners() returns setof bigint
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select a.room_id from assignments a join rooms r on r.id = a.room_id
  where a.serves = 'audience'
    and (r.topology = 'mesh' or r.ended_at is not null
         or not exists (select from living_nodes() n where n.id = a.node_id)
         or not exists (select from participants p where p.peer_id = a.peer_id)
         or (a.listeners = 0 and a.assigned_at < clock_timestamp() - interval '10 seconds'
             and not exists (select from participants p where p.room_id = a.room_id and p.offers and p.edge is null and p.served_by = a.node_id)))
  union
  select p.room_id from participants p
  where p.edge is not null
    and (not exists (select from assignments a where a.peer_id = p.edge and a.room_id = p.room_id and a.serves = 'audience')
         or p.role <> 'AUDIENCE' or p.hand_raised_at is not null or p.invited_to_speak_at is not null)
  union
  select a.room_id from assignments a
  where a.serves = 'audience' and a.listeners <> (select count(*) from participants p where p.edge = a.peer_id)
  union
  select l.room_id
  from logs l join assignments a on a.room_id = l.room_id join rooms r on r.id = l.room_id and not r.encrypted
  where l.here - l.on_stage > coalesce((select s.edge_after from topology_sizes s), 50)
    and exists (select from living_nodes() n where n.kind = 'edge' and n.capacity > (select coalesce(sum(b.listeners), 0) from assignments b where b.node_id = n.id))
  group by l.room_id
  having l.here - l.on_stage - l.hands - sum(a.listeners) - (select count(*) from participants p where p.room_id = l.room_id and (p.served_directly or p.offers) and p.edge is null and p.role = 'AUDIENCE' and p.hand_raised_at is null) > coalesce((select s.edge_after from topology_sizes s), 50)
  union
  select l.room_id
  from living_nodes() n
  join assignments a on a.node_id = n.id and a.serves = 'stage'
  join logs l on l.room_id = a.room_id
  join rooms r on r.id = a.room_id and not r.encrypted
  where n.kind in ('sfu', 'mcu') and node_load(n.id) > n.capacity
    and l.here - l.on_stage - l.hands - (select coalesce(sum(b.listeners), 0) from assignments b where b.room_id = a.room_id)
      - (select count(*) from participants p where p.room_id = a.room_id and (p.served_directly or p.offers) and p.edge is null and p.role = 'AUDIENCE' and p.hand_raised_at is null) > 0
    and exists (select from living_nodes() o where o.id <> n.id and o.kind <> 'bot' and o.revision >= 3 and node_load(o.id) < o.capacity)
  order by 1;
end;

comment on function rooms_with_misplaced_listeners() is
  'Rooms whose listeners place_listeners would move: their edge has died, or the node of the stage serves more than it should (topology_sizes.edge_after) while an edge has capacity, or more than it has capacity for while another node has; and rooms with an edge that they no longer need. Also what only the operator can write: a seat that names something else than an edge of its room, or may speak and names one, and a wrong number of listeners.';

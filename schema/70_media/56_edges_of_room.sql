create or replace function stage_listeners(room_id bigint) returns bigint
language sql stable security definer set search_path = roomtone, pg_temp
return (
  select greatest(0, (n.capacity - node_load(n.id, stage_listeners.room_id)) / streams_needed(n.kind, 1, l.on_stage) - l.on_stage)
  from assignments a join nodes n on n.id = a.node_id join logs l on l.room_id = a.room_id
  where a.room_id = stage_listeners.room_id and a.serves = 'stage');

comment on function stage_listeners(bigint) is
  'How many listeners of a room the node of its stage has capacity for, beside those on stage and its other rooms; null if it has no node.';

create or replace function edges_of_room(room_id bigint, beyond_capacity boolean)
returns table (peer_id uuid, capacity int, listeners bigint, kind text)
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select a.peer_id, n.capacity, now.load, n.kind
  from assignments a
  join living_nodes() n on n.id = a.node_id
  cross join lateral (select node_load(n.id) as load) now
  where a.room_id = edges_of_room.room_id and a.serves = 'audience' and now.load < n.capacity
    and (n.kind = 'edge' or edges_of_room.beyond_capacity);
end;

comment on function edges_of_room(bigint, boolean) is
  'The living edges of a room with free capacity: their seat, and how many streams they send in all rooms. Beyond the capacity of its stage also the sfu and mcu nodes that serve its listeners as an edge does. Two rooms that choose at the same moment may exceed the capacity by one each.';

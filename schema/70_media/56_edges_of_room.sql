create or replace function edges_of_room(room_id bigint) returns table (peer_id uuid, capacity int, listeners bigint)
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select a.peer_id, n.capacity, load.listeners
  from assignments a
  join living_nodes() n on n.id = a.node_id
  cross join lateral (select sum(b.listeners) as listeners from assignments b where b.node_id = n.id) load
  where a.room_id = edges_of_room.room_id and a.serves = 'audience' and load.listeners < n.capacity;
end;

comment on function edges_of_room(bigint) is
  'The living edges of a room with free capacity: their seat, and how many listeners they have in all rooms. Two rooms that choose at the same moment may exceed the capacity by one each.';

create or replace function node_with_capacity(kind text, room_id bigint) returns nodes
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select n
  from living_nodes() n
  cross join lateral (
    select node_load(n.id, node_with_capacity.room_id) as streams,
           exists (select from assignments a where a.room_id = node_with_capacity.room_id and a.node_id = n.id and a.serves = 'audience') as has_audience) now
  -- A room with more streams than any node has capacity for gets one for itself.
  where n.kind = node_with_capacity.kind
    and (now.streams = 0 or now.streams + room_streams(node_with_capacity.room_id, n.kind) <= n.capacity)
  -- One that serves listeners of the room only if there is no other: they would have to move.
  order by now.has_audience, now.streams::float8 / n.capacity, n.started_at limit 1;
end;

comment on function node_with_capacity(text, bigint) is
  'The living node of this kind, for the stage of rooms, with the largest share of its capacity free, which can take this room (null: a new one); null if all are full.';

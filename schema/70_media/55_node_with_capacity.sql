create or replace function node_with_capacity(kind text, room_id bigint) returns nodes
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select n
  from living_nodes() n
  left join lateral (
    select coalesce(sum(room_streams(a.room_id, n.kind)), 0) as streams from assignments a
    where a.node_id = n.id and a.room_id is distinct from node_with_capacity.room_id) load on true
  -- A room with more streams than any node has capacity for gets one for itself.
  where n.kind = node_with_capacity.kind
    and (load.streams = 0 or load.streams + room_streams(node_with_capacity.room_id, n.kind) <= n.capacity)
  order by load.streams::float8 / n.capacity, n.started_at limit 1;
end;

comment on function node_with_capacity(text, bigint) is
  'The living node of this kind, for the stage of rooms, with the largest share of its capacity free, which can take this room (null: a new one); null if all are full.';

create or replace function node_with_capacity(kind text) returns nodes
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select n
  from living_nodes() n
  left join lateral (select count(*) as rooms from assignments a where a.node_id = n.id) load on true
  where n.kind = node_with_capacity.kind and load.rooms < n.capacity
  order by load.rooms::float8 / n.capacity, n.started_at limit 1;
end;

comment on function node_with_capacity(text) is 'The living node of this kind with the largest share of its capacity free; null if all are full.';

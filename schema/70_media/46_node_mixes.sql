create or replace function node_mixes(node text) returns table (id uuid, room_id bigint, address inet, port int, key text, kind text)
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select m.id, m.room_id, m.address, m.port, m.key, n.kind
  from assignments a join mix_receivers m on m.room_id = a.room_id join nodes n on n.id = m.node_id
  where a.node_id = node_mixes.node and a.serves = 'stage' and n.heartbeat_at > clock_timestamp() - interval '3 seconds';
end;

comment on function node_mixes(text) is 'To whom a media node sends the mixes of its rooms: `kind` is that of the process that receives, nodes.kind. Read with each heartbeat.';

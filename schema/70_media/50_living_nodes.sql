create or replace function living_nodes() returns setof nodes
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  -- Nodes send a heartbeat every second.
  select * from nodes n where n.kind <> 'relay' and n.heartbeat_at > clock_timestamp() - interval '3 seconds';
end;

comment on function living_nodes() is 'The media nodes that sent a heartbeat in the last three seconds.';

create or replace function living_nodes() returns setof nodes
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  -- Nodes send a heartbeat every second, and edges every half second: their listeners are to be served elsewhere within five seconds.
  select * from nodes n
  where n.kind <> 'relay' and n.heartbeat_at > clock_timestamp() - case n.kind when 'edge' then interval '2 seconds' else interval '3 seconds' end;
end;

comment on function living_nodes() is 'The media nodes that sent a heartbeat in the last three seconds, and the edges that sent one in the last two.';

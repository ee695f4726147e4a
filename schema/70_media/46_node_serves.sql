-- VOLATILE, so that it sees what a heartbeat in the same statement has assigned.
create or replace function node_serves(node text, room_id bigint) returns text
language sql volatile security definer set search_path = roomtone, pg_temp
begin atomic
  select a.serves from assignments a where a.node_id = node_serves.node and a.room_id = node_serves.room_id;
end;

comment on function node_serves(text, bigint) is 'What a node serves in a room that is assigned to it: stage or audience; null if it no longer is.';

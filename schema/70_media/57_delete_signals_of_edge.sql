create or replace function delete_signals_of_edge(room_id bigint, peer_id uuid, edge uuid) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  delete from signals s
  where s.room_id = delete_signals_of_edge.room_id
    and ((s.from_peer = delete_signals_of_edge.edge and s.to_peer = delete_signals_of_edge.peer_id)
      or (s.from_peer = delete_signals_of_edge.peer_id and s.to_peer = delete_signals_of_edge.edge));
end;

comment on function delete_signals_of_edge(bigint, uuid, uuid) is 'Deletes the signals between a listener and an edge that no longer serves them.';

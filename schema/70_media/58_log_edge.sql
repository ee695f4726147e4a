create or replace function log_edge(old_seat participants, new_seat participants) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform append_event(new_seat.room_id, 'participants', 'UPDATE', seat_record(new_seat), seat_record(old_seat), recipient_if_counted => new_seat.user_id);
  perform delete_signals_of_edge(old_seat.room_id, old_seat.peer_id, old_seat.edge);
end
$$;

comment on function log_edge(participants, participants) is
  'Logs that a listener has another edge, or none any more. To be called with the lock on the room''s log.';

create or replace function delete_signals_of_edge(room_id bigint, peer_id uuid, edge uuid) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  delete from signals s
  where s.room_id = delete_signals_of_edge.room_id
    and ((s.from_peer = delete_signals_of_edge.edge and s.to_peer = delete_signals_of_edge.peer_id)
      or (s.from_peer = delete_signals_of_edge.peer_id and s.to_peer = delete_signals_of_edge.edge));
end;

comment on function delete_signals_of_edge(bigint, uuid, uuid) is 'Deletes the signals between a listener and an edge that no longer serves them.';

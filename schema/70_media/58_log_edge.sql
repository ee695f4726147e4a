create or replace function log_edge(old_seat participants, new_seat participants) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  perform append_event(new_seat.room_id, 'participants', 'UPDATE', seat_record(new_seat), seat_record(old_seat), recipient_if_counted => new_seat.user_id);
  perform delete_signals_of_edge(old_seat.room_id, old_seat.peer_id, old_seat.edge);
end
$$;

comment on function log_edge(participants, participants) is
  'Logs that a listener has another edge, or none any more. To be called with the lock on the room''s log.';

create or replace function room_snapshot(room_id bigint, peer_id uuid default null) returns jsonb
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  seat_peer uuid := require_seat(room_snapshot.room_id, room_snapshot.peer_id);
  seats jsonb := own_seats(room_snapshot.room_id, acting_user(), seat_peer);
begin
  return room_state(room_snapshot.room_id)
    || jsonb_build_object('signals', waiting_signals(room_snapshot.room_id, acting_user(), seat_peer), 'user_id', acting_user())
    || case when seats is null then '{}' else jsonb_build_object('seats', seats) end;
end
$$;

comment on function room_snapshot(bigint, uuid) is
  'The room''s state as the acting user may see it, and the cursor of the log to which it belongs. Consistent only in a REPEATABLE READ transaction, or in one statement.';

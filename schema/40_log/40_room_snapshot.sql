create or replace function room_snapshot(room_id bigint, peer_id uuid default null) returns jsonb
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  seat_peer uuid := require_seat(room_snapshot.room_id, room_snapshot.peer_id);
begin
  return jsonb_build_object(
    'cursor', (select l.epoch || '-' || l.head_seq from logs l where l.room_id = room_snapshot.room_id),
    'room', (
      select to_jsonb(r) || room_names(r.club_id, r.host_id) from rooms r where r.id = room_snapshot.room_id),
    'participants', coalesce((
      select jsonb_agg(seat_record(p) order by p.seq) from participants p
      where p.room_id = room_snapshot.room_id and p.peer_id is not null), '[]'),
    'messages', recent_messages(room_snapshot.room_id),
    'recording', (
      select recording_record(r) from recordings r where r.room_id = room_snapshot.room_id and r.ended_at is null),
    -- The sender of an older offer sends it again if no connection comes about.
    'signals', coalesce((
      select jsonb_agg(to_jsonb(s) order by s.id) from signals s
      where s.room_id = room_snapshot.room_id and s.to_user = acting_user() and s.to_peer = seat_peer
        and s.id in (select kept_signals(seat_peer))), '[]'));
end
$$;

comment on function room_snapshot(bigint, uuid) is
  'The room''s state as the acting user may see it, and the cursor of the log to which it belongs. Consistent only in a REPEATABLE READ transaction.';

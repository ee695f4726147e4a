create or replace function room_state(room_id bigint) returns jsonb
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
begin
  return jsonb_build_object(
    'cursor', (select l.epoch || '-' || l.head_seq from logs l where l.room_id = room_state.room_id),
    'room', (
      select to_jsonb(r) || room_names(r.club_id, r.host_id) from rooms r where r.id = room_state.room_id),
    'participants', coalesce((
      select jsonb_agg(seat_record(p) order by p.seq) from participants p
      where p.room_id = room_state.room_id and p.peer_id is not null), '[]'),
    'messages', recent_messages(room_state.room_id),
    'recording', (
      select recording_record(r) from recordings r where r.room_id = room_state.room_id and r.ended_at is null));
end
$$;

comment on function room_state(bigint) is
  'The part of a room''s snapshot that is the same for all its participants, and the cursor of the log to which it belongs.';

create or replace function room_state(room_id bigint) returns jsonb
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  log logs;
begin
  select * into log from logs l where l.room_id = room_state.room_id;
  return jsonb_build_object(
    'cursor', log.epoch || '-' || log.head_seq,
    'room', (
      select to_jsonb(r) || room_names(r.club_id, r.host_id) from rooms r where r.id = room_state.room_id),
    'participants', case when log.counted then coalesce((
      select jsonb_agg(seat_record(p) order by p.seq) from participants p
      where p.room_id = room_state.room_id and p.peer_id is not null
        and (p.role <> 'AUDIENCE' or p.user_id in (select first_of_queue(room_state.room_id)))), '[]')
    else coalesce((
      select jsonb_agg(seat_record(p) order by p.seq) from participants p
      where p.room_id = room_state.room_id and p.peer_id is not null), '[]') end,
    'messages', recent_messages(room_state.room_id),
    'recording', (
      select recording_record(r) from recordings r where r.room_id = room_state.room_id and r.ended_at is null),
    'speakers', coalesce((select to_jsonb(s.users) from speakers s where s.room_id = room_state.room_id), '[]'))
  || case when log.counted then jsonb_build_object(
       'audience', audience_record(log.room_id, log.here, log.on_stage), 'hands', log.hands, 'names', first_names(room_state.room_id)) else '{}' end
  || case when exists (select from rooms r where r.id = room_state.room_id and r.captions)
     then jsonb_build_object('captions', recent_captions(room_state.room_id)) else '{}' end;
end
$$;

comment on function room_state(bigint) is
  'The part of a room''s snapshot that is the same for all its participants, and the cursor of the log to which it belongs. While the roster is counted, its seats are those on stage, and of those with a raised hand or invited to speak the first 50 (first_of_queue); `audience` has the numbers, `hands` the number of raised hands, and `names` the first page of the others. `captions` has the last ones of a room in which they are on.';

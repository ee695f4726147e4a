create or replace function room_streams(room_id bigint, kind text) returns bigint
language sql stable security definer set search_path = roomtone, pg_temp
return (
  select greatest(1, coalesce(max((l.here - edges.listeners)::bigint * case room_streams.kind when 'sfu' then greatest(1, l.on_stage) else 1 end), 1))
  from (select coalesce(sum(a.listeners), 0) as listeners from assignments a
        where a.room_id = room_streams.room_id and a.serves = 'audience') edges
  left join logs l on l.room_id = room_streams.room_id);

comment on function room_streams(bigint, text) is
  'How many streams of audio the node of a room''s stage sends, by the counters of the room: an sfu one of each speaker to each person, an mcu one to each person, without those whom edges serve. At least 1.';

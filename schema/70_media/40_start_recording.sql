-- Returns the recording as users may see it, without its node and file.
create or replace function start_recording(
  inout room_id bigint, out id bigint, out started_by bigint, out announced_at timestamptz, out begins_at timestamptz, out started_at timestamptz,
  out ended_at timestamptz, out ended_reason text, out duration interval, out bytes bigint, out failure text, out continues_id bigint, out deleted_at timestamptz
) language plpgsql set search_path = roomtone, pg_temp as $$
begin
  perform require_open_room(start_recording.room_id);
  insert into recordings as r (room_id) values (start_recording.room_id)
  returning r.id, r.room_id, r.started_by, r.announced_at, r.begins_at, r.started_at, r.ended_at, r.ended_reason, r.duration, r.bytes, r.failure, r.continues_id, r.deleted_at
  into start_recording.id, start_recording.room_id, start_recording.started_by, start_recording.announced_at, start_recording.begins_at, start_recording.started_at, start_recording.ended_at,
       start_recording.ended_reason, start_recording.duration, start_recording.bytes, start_recording.failure, start_recording.continues_id, start_recording.deleted_at;
end
$$;

comment on function start_recording(bigint) is
  'The host: record the room, which must be hosted on a node. The recording is announced to all participants at once, and begins five seconds later.';

create or replace function delete_recording(
  recording_id bigint, out id bigint, out room_id bigint, out started_by bigint, out announced_at timestamptz, out begins_at timestamptz, out started_at timestamptz,
  out ended_at timestamptz, out ended_reason text, out duration interval, out bytes bigint, out failure text, out continues_id bigint, out deleted_at timestamptz
) language plpgsql set search_path = roomtone, pg_temp as $$
begin
  perform require_recording(delete_recording.recording_id);
  update recordings r set deleted_at = clock_timestamp()
  where r.id = delete_recording.recording_id and r.deleted_at is null
  returning r.id, r.room_id, r.started_by, r.announced_at, r.begins_at, r.started_at, r.ended_at, r.ended_reason, r.duration, r.bytes, r.failure, r.continues_id, r.deleted_at
  into delete_recording.id, delete_recording.room_id, delete_recording.started_by, delete_recording.announced_at, delete_recording.begins_at, delete_recording.started_at, delete_recording.ended_at,
       delete_recording.ended_reason, delete_recording.duration, delete_recording.bytes, delete_recording.failure, delete_recording.continues_id, delete_recording.deleted_at;
  if not found then
    raise insufficient_privilege using
      message    = 'only who started a recording, or the room''s host, may delete it',
      constraint = 'recordings_are_deleted_by_their_host',
      hint       = 'Ask them.';
  end if;
end
$$;

comment on function delete_recording(bigint) is
  'For who started a recording, and the room''s host: delete it permanently. A running recording is stopped.';

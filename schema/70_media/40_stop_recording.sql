create or replace function stop_recording(
  inout room_id bigint, out id bigint, out started_by bigint, out announced_at timestamptz, out begins_at timestamptz, out started_at timestamptz,
  out ended_at timestamptz, out ended_reason text, out duration interval, out bytes bigint, out failure text, out continues_id bigint, out deleted_at timestamptz
) language plpgsql set search_path = roomtone, pg_temp as $$
begin
  if not may_moderate(stop_recording.room_id) then
    perform require_open_room(stop_recording.room_id);
    raise insufficient_privilege using
      message    = 'only the host and moderators stop a recording',
      constraint = 'recordings_are_stopped_by_moderators',
      hint       = 'You can leave the room; then you are not recorded.';
  end if;
  update recordings r set ended_at = clock_timestamp()
  where r.room_id = stop_recording.room_id and r.ended_at is null
  returning r.id, r.room_id, r.started_by, r.announced_at, r.begins_at, r.started_at, r.ended_at, r.ended_reason, r.duration, r.bytes, r.failure, r.continues_id, r.deleted_at
  into stop_recording.id, stop_recording.room_id, stop_recording.started_by, stop_recording.announced_at, stop_recording.begins_at, stop_recording.started_at, stop_recording.ended_at,
       stop_recording.ended_reason, stop_recording.duration, stop_recording.bytes, stop_recording.failure, stop_recording.continues_id, stop_recording.deleted_at;
  if not found then
    raise no_data_found using
      message    = 'this room is not being recorded',
      constraint = 'recordings_is_running',
      hint       = 'It may just have ended.';
  end if;
end
$$;

comment on function stop_recording(bigint) is 'Host and moderators: stop the recording of the room.';

-- What those who write and keep the files do as themselves.

create or replace function part_recording(recording recordings, failure text default null) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if recording.started_at is null then
    update recordings r set node_id = null where r.id = recording.id;
    return;
  end if;
  update recordings r set ended_at = clock_timestamp(), ended_reason = 'the room moved to another node, where it goes on', failure = part_recording.failure
  where r.id = recording.id;
  insert into recordings (room_id, started_by, continues_id, begins_at)
  values (recording.room_id, recording.started_by, recording.id, clock_timestamp());
end
$$;

comment on function part_recording(recordings, text) is
  'The recording''s node is no longer there: what it wrote is one part, and the next waits for another node. One that had not begun just waits.';

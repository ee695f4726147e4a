create or replace function split_recording(recording recordings, failure text default null) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  if recording.started_at is null then
    update recordings r set node_id = null where r.id = recording.id;
    return;
  end if;
  update recordings r set ended_at = clock_timestamp(), ended_reason = 'the room moved to another audio server, which continues it', failure = split_recording.failure
  where r.id = recording.id;
  insert into recordings (room_id, started_by, continues_id, begins_at)
  values (recording.room_id, recording.started_by, recording.id, clock_timestamp());
end
$$;

comment on function split_recording(recordings, text) is
  'Ends a recording whose node no longer hosts the room, and creates one that continues it and waits for another node. A recording that has not begun only waits.';

create or replace function relay_recording_measured(recording_id bigint, seconds double precision, bytes bigint) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  update recordings r
  set duration = make_interval(secs => relay_recording_measured.seconds), bytes = relay_recording_measured.bytes
  where r.id = relay_recording_measured.recording_id and r.duration is null;
end;

comment on function relay_recording_measured(bigint, double precision, bigint) is 'How long and how large a file is whose node could not say.';

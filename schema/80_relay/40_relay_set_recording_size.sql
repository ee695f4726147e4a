create or replace function relay_set_recording_size(recording_id bigint, seconds double precision, bytes bigint) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  update recordings r
  set duration = make_interval(secs => relay_set_recording_size.seconds), bytes = relay_set_recording_size.bytes
  where r.id = relay_set_recording_size.recording_id and r.duration is null;
end;

comment on function relay_set_recording_size(bigint, double precision, bigint) is 'Stores duration and size of a recording whose node did not report them.';

create or replace function node_recording_ended(node text, recording_id bigint, seconds double precision, bytes bigint, failure text default null)
returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  update recordings r
  set duration = make_interval(secs => node_recording_ended.seconds), bytes = node_recording_ended.bytes,
      failure = coalesce(r.failure, node_recording_ended.failure),
      ended_at = case when node_recording_ended.failure is null then r.ended_at else coalesce(r.ended_at, clock_timestamp()) end
  where r.id = node_recording_ended.recording_id and r.node_id = node_recording_ended.node;
end;

comment on function node_recording_ended(text, bigint, double precision, bigint, text) is
  'Stores duration and size of a file that a node has completed. A failure ends the recording.';

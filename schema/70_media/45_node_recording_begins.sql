create or replace function node_recording_begins(node text, recording_id bigint)
returns table (file text, wait double precision)
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  recording recordings;
begin
  select * into recording from recordings r
  where r.id = node_recording_begins.recording_id and r.node_id = node_recording_begins.node and r.ended_at is null
  for no key update;
  if recording.begins_at > clock_timestamp() then
    return query select null::text, extract(epoch from recording.begins_at - clock_timestamp())::float8;
  elsif recording.started_at is not null then
    -- This node wrote a part of it before. The next part is a new row, which it gets by an event.
    perform split_recording(recording);
    update recordings r set node_id = node_recording_begins.node where r.room_id = recording.room_id and r.ended_at is null;
  else
    return query
      update recordings r set started_at = clock_timestamp() where r.id = recording.id
      returning r.file, 0::float8;
  end if;
end
$$;

comment on function node_recording_begins(text, bigint) is
  'A node begins to write a recording. Returns the file; or no file and the seconds to wait; or no row, if the recording has ended or belongs to another node.';

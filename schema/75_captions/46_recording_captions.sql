create or replace function recording_captions(recording_id bigint)
returns table (id bigint, user_id bigint, username text, text text, at float8, until float8)
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  recording recordings := require_recording(recording_captions.recording_id);
begin
  return query
    select c.id, c.user_id, u.username, c.text,
           extract(epoch from greatest(c.started_at, recording.started_at) - recording.started_at)::float8,
           extract(epoch from greatest(c.changed_at, c.started_at + interval '1 second', recording.started_at + interval '1 second') - recording.started_at)::float8
    from captions c join users u on u.id = c.user_id
    where c.recording_id = recording.id
    order by c.started_at, c.id limit 20000;
end
$$;

comment on function recording_captions(bigint) is
  'The captions of a recording, for users who may play it; `at` and `until` are in seconds from its beginning. Without deleted captions.';

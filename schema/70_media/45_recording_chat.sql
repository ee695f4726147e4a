create or replace function recording_chat(recording_id bigint)
returns table (id bigint, user_id bigint, username text, body text, created_at timestamptz, at float8)
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  recording recordings := require_recording(recording_chat.recording_id);
begin
  return query
    select m.id, m.user_id, u.username, m.body, m.created_at, extract(epoch from m.created_at - recording.started_at)::float8
    from messages m join users u on u.id = m.user_id
    where m.room_id = recording.room_id and m.created_at >= recording.started_at
      and m.created_at <= coalesce(recording.ended_at, clock_timestamp())
    order by m.id limit 10000;
end
$$;

comment on function recording_chat(bigint) is
  'The messages written in the room during the recording, for users who may play it; `at` is in seconds from its beginning. Without deleted messages.';

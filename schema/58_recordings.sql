create or replace function start_recording(room_id bigint) returns recordings
language plpgsql as $$
declare
  recording recordings;
begin
  perform require_open_room(start_recording.room_id);
  insert into recordings (room_id) values (start_recording.room_id) returning * into recording;
  return recording;
end
$$;

comment on function start_recording(bigint) is
  'The host: record the room, which is on a node. Everybody there is told at once, and it begins five seconds later.';

create or replace function stop_recording(room_id bigint) returns recordings
language plpgsql as $$
declare
  recording recordings;
begin
  if not acting_as_operator() and not moderates(stop_recording.room_id) then
    perform require_open_room(stop_recording.room_id);
    raise insufficient_privilege using
      message    = 'only its host and moderators stop a recording',
      constraint = 'recordings_are_stopped_by_those_who_moderate',
      hint       = 'You can leave the room: nobody is recorded who is not there.';
  end if;
  update recordings r set ended_at = clock_timestamp()
  where r.room_id = stop_recording.room_id and r.ended_at is null
  returning * into recording;
  if not found then
    raise no_data_found using
      message    = 'nothing is being recorded here',
      constraint = 'recordings_is_running',
      hint       = 'It may just have ended.';
  end if;
  return recording;
end
$$;

comment on function stop_recording(bigint) is 'Host and moderators: end the recording that runs in the room.';

create or replace function delete_recording(recording_id bigint) returns recordings
language plpgsql as $$
declare
  recording recordings := require_recording(delete_recording.recording_id);
begin
  update recordings r set deleted_at = clock_timestamp() where r.id = recording.id and r.deleted_at is null returning * into recording;
  if not found then
    raise insufficient_privilege using
      message    = 'a recording is deleted by who made it, or by the room''s host',
      constraint = 'recordings_are_deleted_by_their_host',
      hint       = 'Ask them.';
  end if;
  return recording;
end
$$;

comment on function delete_recording(bigint) is
  'Whoever made a recording, or the room''s host: delete it, for everybody and for good. One that runs is stopped.';

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
  'What was written in the room while it was recorded, for whoever may hear it; `at` is seconds into the sound. What was deleted is gone.';

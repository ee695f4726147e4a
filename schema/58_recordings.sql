-- What these return is a recording as its users may see it: without the node that writes it and the file it lies in.
drop function if exists start_recording(bigint);
create function start_recording(
  inout room_id bigint, out id bigint, out started_by bigint, out announced_at timestamptz, out begins_at timestamptz, out started_at timestamptz,
  out ended_at timestamptz, out ended_reason text, out duration interval, out bytes bigint, out failure text, out continues_id bigint, out deleted_at timestamptz
) language plpgsql as $$
begin
  perform require_open_room(start_recording.room_id);
  insert into recordings as r (room_id) values (start_recording.room_id)
  returning r.id, r.room_id, r.started_by, r.announced_at, r.begins_at, r.started_at, r.ended_at, r.ended_reason, r.duration, r.bytes, r.failure, r.continues_id, r.deleted_at
  into start_recording.id, start_recording.room_id, start_recording.started_by, start_recording.announced_at, start_recording.begins_at, start_recording.started_at, start_recording.ended_at,
       start_recording.ended_reason, start_recording.duration, start_recording.bytes, start_recording.failure, start_recording.continues_id, start_recording.deleted_at;
end
$$;

comment on function start_recording(bigint) is
  'The host: record the room, which is on a node. Everybody there is told at once, and it begins five seconds later.';

drop function if exists stop_recording(bigint);
create function stop_recording(
  inout room_id bigint, out id bigint, out started_by bigint, out announced_at timestamptz, out begins_at timestamptz, out started_at timestamptz,
  out ended_at timestamptz, out ended_reason text, out duration interval, out bytes bigint, out failure text, out continues_id bigint, out deleted_at timestamptz
) language plpgsql as $$
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
  returning r.id, r.room_id, r.started_by, r.announced_at, r.begins_at, r.started_at, r.ended_at, r.ended_reason, r.duration, r.bytes, r.failure, r.continues_id, r.deleted_at
  into stop_recording.id, stop_recording.room_id, stop_recording.started_by, stop_recording.announced_at, stop_recording.begins_at, stop_recording.started_at, stop_recording.ended_at,
       stop_recording.ended_reason, stop_recording.duration, stop_recording.bytes, stop_recording.failure, stop_recording.continues_id, stop_recording.deleted_at;
  if not found then
    raise no_data_found using
      message    = 'nothing is being recorded here',
      constraint = 'recordings_is_running',
      hint       = 'It may just have ended.';
  end if;
end
$$;

comment on function stop_recording(bigint) is 'Host and moderators: end the recording that runs in the room.';

drop function if exists delete_recording(bigint);
create function delete_recording(
  recording_id bigint, out id bigint, out room_id bigint, out started_by bigint, out announced_at timestamptz, out begins_at timestamptz, out started_at timestamptz,
  out ended_at timestamptz, out ended_reason text, out duration interval, out bytes bigint, out failure text, out continues_id bigint, out deleted_at timestamptz
) language plpgsql as $$
begin
  perform require_recording(delete_recording.recording_id);
  update recordings r set deleted_at = clock_timestamp()
  where r.id = delete_recording.recording_id and r.deleted_at is null
  returning r.id, r.room_id, r.started_by, r.announced_at, r.begins_at, r.started_at, r.ended_at, r.ended_reason, r.duration, r.bytes, r.failure, r.continues_id, r.deleted_at
  into delete_recording.id, delete_recording.room_id, delete_recording.started_by, delete_recording.announced_at, delete_recording.begins_at, delete_recording.started_at, delete_recording.ended_at,
       delete_recording.ended_reason, delete_recording.duration, delete_recording.bytes, delete_recording.failure, delete_recording.continues_id, delete_recording.deleted_at;
  if not found then
    raise insufficient_privilege using
      message    = 'a recording is deleted by who made it, or by the room''s host',
      constraint = 'recordings_are_deleted_by_their_host',
      hint       = 'Ask them.';
  end if;
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

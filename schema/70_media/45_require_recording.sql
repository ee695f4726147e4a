create or replace function require_recording(recording_id bigint) returns recordings
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  recording recordings;
begin
  select * into recording from recordings r where r.id = require_recording.recording_id and r.deleted_at is null;
  if not found then
    raise no_data_found using
      message    = format('there is no recording %s', coalesce(require_recording.recording_id::text, 'without an id')),
      constraint = 'recordings_is_known',
      hint       = 'It may have been deleted. List those that you may play with: select * from archive;';
  end if;
  if not acting_as_operator() and not was_recorded(recording.id) then
    raise insufficient_privilege using
      message    = 'a recording is only for participants who were in the room',
      constraint = 'recordings_are_for_recorded_users',
      hint       = 'You may play a recording if you were in the room while it was made.';
  end if;
  recording.node_id := null; -- would show the name of a machine
  return recording;
end
$$;

comment on function require_recording(bigint) is
  'The recording. Raises recordings_is_known if there is none, and recordings_are_for_recorded_users unless the acting user may play it.';

create or replace function mute(room_id bigint, username text default null) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  participant_id bigint := require_participant(mute.room_id, mute.username);
begin
  if participant_id is distinct from acting_user() and not may_moderate(mute.room_id) then
    raise insufficient_privilege using
      message    = 'only the host and moderators mute another participant',
      constraint = 'participants_only_moderators_mute',
      hint       = 'Ask them to mute, or the host or a moderator.';
  end if;
  update participants p set muted = true
  where p.room_id = mute.room_id and p.user_id = participant_id and not p.muted;
  return found;
end
$$;

comment on function mute(bigint, text) is
  'Switch your microphone off, or as a moderator that of another participant; false if it was off already.';

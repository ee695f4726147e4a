create or replace function unmute(room_id bigint) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  participant_id bigint := require_participant(unmute.room_id);
begin
  update participants p set muted = false
  where p.room_id = unmute.room_id and p.user_id = participant_id and p.muted;
  return found;
end
$$;

comment on function unmute(bigint) is
  'Switch your microphone on; only you can. False if it was on already.';

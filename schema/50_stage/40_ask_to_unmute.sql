create or replace function ask_to_unmute(room_id bigint, username text) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  participant_id bigint := require_moderator(ask_to_unmute.room_id, ask_to_unmute.username);
begin
  update participants p set asked_to_unmute_at = clock_timestamp()
  where p.room_id = ask_to_unmute.room_id and p.user_id = participant_id and p.asked_to_unmute_at is null;
  return found;
end
$$;

comment on function ask_to_unmute(bigint, text) is
  'Host and moderators: ask a participant on stage to switch the microphone on, which only they can do. False if they were asked already.';

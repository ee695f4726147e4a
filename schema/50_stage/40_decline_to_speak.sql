create or replace function decline_to_speak(room_id bigint) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  my_id bigint := require_participant(decline_to_speak.room_id);
begin
  update participants p set invited_to_speak_at = null
  where p.room_id = decline_to_speak.room_id and p.user_id = my_id and p.invited_to_speak_at is not null;
  return found;
end
$$;

comment on function decline_to_speak(bigint) is 'Decline an invitation to speak; false if you are not invited (any more).';

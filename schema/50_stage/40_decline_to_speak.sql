create or replace function decline_to_speak(room_id bigint) returns boolean
language plpgsql as $$
declare
  me bigint := require_occupant(decline_to_speak.room_id);
begin
  update participants p set invited_to_speak_at = null
  where p.room_id = decline_to_speak.room_id and p.user_id = me and p.invited_to_speak_at is not null;
  return found;
end
$$;

comment on function decline_to_speak(bigint) is 'Stay in the audience; false if nobody invites you (any more).';

create or replace function withdraw_invitation_to_speak(room_id bigint, username text) returns boolean
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  invited bigint := require_moderator(withdraw_invitation_to_speak.room_id, withdraw_invitation_to_speak.username);
begin
  update participants p set invited_to_speak_at = null
  where p.room_id = withdraw_invitation_to_speak.room_id and p.user_id = invited and p.invited_to_speak_at is not null;
  return found;
end
$$;

comment on function withdraw_invitation_to_speak(bigint, text) is
  'Host and moderators: withdraw an invitation to speak; false if there is none, or it was accepted already.';

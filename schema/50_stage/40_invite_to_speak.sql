create or replace function invite_to_speak(room_id bigint, username text) returns text
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  invited bigint := require_moderator(invite_to_speak.room_id, invite_to_speak.username);
  new_role text;
begin
  -- If two moderators invite at the same time, the second finds that the role has changed.
  update participants p set invited_to_speak_at = clock_timestamp()
  where p.room_id = invite_to_speak.room_id and p.user_id = invited and p.peer_id is not null and p.role = 'AUDIENCE'
  returning p.role into new_role;
  if not found then
    select p.role into new_role from participants p
    where p.room_id = invite_to_speak.room_id and p.user_id = require_participant(invite_to_speak.room_id, invite_to_speak.username);
  end if;
  return new_role;
end
$$;

comment on function invite_to_speak(bigint, text) is
  'Host and moderators: invite an audience member to speak. With a raised hand they are on stage at once, otherwise when they accept. Returns their role now.';

create or replace function invite_to_speak(room_id bigint, username text) returns text
language plpgsql as $$
declare
  guest bigint := require_moderator(invite_to_speak.room_id, invite_to_speak.username);
  role_then text;
begin
  -- Two moderators who invite at once: the second finds it done.
  update participants p set invited_to_speak_at = clock_timestamp()
  where p.room_id = invite_to_speak.room_id and p.user_id = guest and p.peer_id is not null and p.role = 'AUDIENCE'
  returning p.role into role_then;
  if not found then
    select p.role into role_then from participants p
    where p.room_id = invite_to_speak.room_id and p.user_id = require_occupant(invite_to_speak.room_id, invite_to_speak.username);
  end if;
  return role_then;
end
$$;

comment on function invite_to_speak(bigint, text) is
  'Host and moderators: ask somebody in the audience to the stage. Whoever has a hand up is there at once, others when they accept; returns their role now.';

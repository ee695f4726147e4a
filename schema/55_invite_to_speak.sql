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

create or replace function withdraw_invitation_to_speak(room_id bigint, username text) returns boolean
language plpgsql as $$
declare
  guest bigint := require_moderator(withdraw_invitation_to_speak.room_id, withdraw_invitation_to_speak.username);
begin
  update participants p set invited_to_speak_at = null
  where p.room_id = withdraw_invitation_to_speak.room_id and p.user_id = guest and p.invited_to_speak_at is not null;
  return found;
end
$$;

comment on function withdraw_invitation_to_speak(bigint, text) is
  'Host and moderators: take an invitation to the stage back; false if there is none, or it was accepted already.';

create or replace function accept_to_speak(room_id bigint) returns text
language plpgsql as $$
declare
  me bigint := require_occupant(accept_to_speak.room_id);
  role_then text;
begin
  update participants p set role = 'SPEAKER'
  where p.room_id = accept_to_speak.room_id and p.user_id = me and p.role = 'AUDIENCE' and p.invited_to_speak_at is not null
  returning p.role into role_then;
  if not found then
    raise check_violation using
      message    = case when exists (select from participants p
                                     where p.room_id = accept_to_speak.room_id and p.user_id = me and p.role <> 'AUDIENCE')
                        then 'you are on stage already' else 'there is no invitation to speak (any more)' end,
      constraint = 'participants_was_invited_to_speak',
      hint       = 'In a moderated room you may ask to speak: select raise_hand(…).';
  end if;
  return role_then;
end
$$;

comment on function accept_to_speak(bigint) is
  'Accept an invitation to the stage, muted as everybody who comes there; refused if it was withdrawn, or accepted before.';

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

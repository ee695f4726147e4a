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

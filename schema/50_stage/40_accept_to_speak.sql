create or replace function accept_to_speak(room_id bigint) returns text
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  my_id bigint := require_participant(accept_to_speak.room_id);
  new_role text;
begin
  update participants p set role = 'SPEAKER'
  where p.room_id = accept_to_speak.room_id and p.user_id = my_id and p.role = 'AUDIENCE' and p.invited_to_speak_at is not null
  returning p.role into new_role;
  if not found then
    raise check_violation using
      message    = case when exists (select from participants p
                                     where p.room_id = accept_to_speak.room_id and p.user_id = my_id and p.role <> 'AUDIENCE')
                        then 'you are on stage already' else 'you are not invited to speak (any more)' end,
      constraint = 'participants_was_invited_to_speak',
      hint       = 'In a moderated room you can ask to speak: select raise_hand(…).';
  end if;
  return new_role;
end
$$;

comment on function accept_to_speak(bigint) is
  'Accept an invitation to speak. You come on stage muted. Refused if you are not invited (any more). Returns your new role.';

create or replace function promote(room_id bigint, username text, role text default 'SPEAKER') returns text
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  participant_id bigint := require_participant(promote.room_id, promote.username);
begin
  -- Without this check an UPDATE of a seat that the user may not change would silently change nothing.
  if participant_id is distinct from acting_user() and not may_moderate(promote.room_id) then
    raise check_violation using
      message    = format('you may not give the role %s here', coalesce(promote.role, 'null')),
      constraint = 'participants_role_is_allowed',
      hint       = 'Host and moderators give roles.';
  end if;
  update participants p set role = promote.role
  where p.room_id = promote.room_id and p.user_id = participant_id;
  if not found then
    perform require_participant(promote.room_id, promote.username); -- they have just left
  end if;
  return promote.role;
end
$$;

comment on function promote(bigint, text, text) is
  'Host and moderators: bring an audience member with a raised hand on stage, or give a participant on stage another role (MODERATOR, SPEAKER, AUDIENCE). Returns the role.';

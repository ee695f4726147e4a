create or replace function require_moderator(room_id bigint, username text default null) returns bigint
language plpgsql stable as $$
begin
  -- Without this check an UPDATE of rows that the user may not change would silently change nothing.
  if not roomtone.may_moderate(require_moderator.room_id) then
    perform roomtone.require_open_room(require_moderator.room_id);
    raise insufficient_privilege using
      message    = 'only the room''s host and moderators may do this',
      constraint = 'participants_only_for_moderators',
      hint       = 'Ask the host or a moderator.';
  end if;
  return case when require_moderator.username is not null
              then roomtone.require_participant(require_moderator.room_id, require_moderator.username) end;
end
$$;

comment on function require_moderator(bigint, text) is
  'Raises unless the acting user is the room''s host, a moderator or an operator. With a name, returns the id of the participant of that name, and raises if there is none.';

create or replace function require_moderator(room_id bigint, username text default null) returns bigint
language plpgsql stable as $$
begin
  -- What somebody may not touch, an UPDATE would pass over without a word.
  if not acting_as_operator() and not moderates(require_moderator.room_id) then
    perform require_open_room(require_moderator.room_id);
    raise insufficient_privilege using
      message    = 'that is for the room''s host and moderators',
      constraint = 'participants_only_for_moderators';
  end if;
  return case when require_moderator.username is not null
              then require_occupant(require_moderator.room_id, require_moderator.username) end;
end
$$;

comment on function require_moderator(bigint, text) is
  'Raises unless the acting user moderates the room (the operator does). Given a name, also unless somebody of it sits there, whose id it returns.';

create or replace function require_may_be_invited(maker bigint, invitee bigint, club_id bigint, room_id bigint) returns void
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  person text := (select u.username from users u where u.id = require_may_be_invited.invitee and u.kind = 'person');
begin
  if person is null then
    raise check_violation using
      message    = 'only people can be invited',
      constraint = 'invitations_are_for_people',
      hint       = 'Bots and nodes join without an invitation.';
  end if;
  if is_member(require_may_be_invited.club_id, require_may_be_invited.invitee) then
    raise check_violation using
      message    = format('%s is a member already', person),
      constraint = 'invitations_not_to_members_or_participants',
      hint       = 'They need no invitation.';
  end if;
  if exists (select from participants p
             where p.room_id = require_may_be_invited.room_id and p.user_id = require_may_be_invited.invitee and p.peer_id is not null) then
    raise check_violation using
      message    = format('%s is in the room already', person),
      constraint = 'invitations_not_to_members_or_participants',
      hint       = 'They need no invitation.';
  end if;
  -- The maker must not learn that they are blocked, or, unless they moderate the room, who is banned. In these cases the
  -- invitation is made like any other, and has no effect (invitation_is_open).
  if may_moderate(require_may_be_invited.room_id) and is_banned(require_may_be_invited.room_id, require_may_be_invited.invitee) then
    raise insufficient_privilege using
      message    = format('%s is banned from this room', person),
      constraint = 'invitations_not_to_banned_users',
      hint       = 'The host or a moderator can lift the ban.';
  end if;
end
$$;

comment on function require_may_be_invited(bigint, bigint, bigint, bigint) is
  'Raises unless this user can be invited: they are a person, are not a member or participant already, and are not banned as far as the maker may know.';

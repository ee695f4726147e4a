create or replace function require_may_invite(club_id bigint, room_id bigint, invitee bigint) returns void
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  room rooms;
begin
  if require_may_invite.club_id is not null and coalesce(club_role(require_may_invite.club_id), '') not in ('OWNER', 'ADMIN') then
    raise insufficient_privilege using
      message    = 'only owners and admins invite users to a club',
      constraint = 'invitations_are_made_by_owners_and_admins',
      hint       = 'Ask one of them.';
  end if;
  if require_may_invite.room_id is null or moderates(require_may_invite.room_id) then
    return;
  end if;
  select * into room from rooms r where r.id = require_may_invite.room_id;
  if require_may_invite.invitee is null or room.locked
     or not participates(room.id)
     -- To a room for club members, members may invite only other members.
     or not (room.access = 'open' or (room.access = 'club' and club_role(room.club_id) is not null
                                      and is_member(room.club_id, require_may_invite.invitee))) then
    raise insufficient_privilege using
      message    = 'you may not make this invitation',
      constraint = 'invitations_are_made_by_participants',
      hint       = 'Participants may invite users by name to an open room that is not locked, and club members other members to a room of their club. Host and moderators may make any invitation.';
  end if;
end
$$;

comment on function require_may_invite(bigint, bigint, bigint) is
  'Raises unless the acting user may invite this user (null: make a link) to this club or room.';

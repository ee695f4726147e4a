create or replace function invitation_has_effect(invitation invitations) returns boolean
language sql stable
return not exists (select from blocks b where b.user_id = invitation.invited_user and b.blocked_id = invitation.invited_by)
   and not exists (select from bans b where b.room_id = invitation.room_id and b.user_id = invitation.invited_user);

comment on function invitation_has_effect(invitations) is
  'Whether a named invitation has any effect: the invited user has not blocked its maker, and is not banned from the room. The maker cannot see which.';

create or replace function invitation_is_open(invitation invitations) returns boolean
language sql stable
return invitation.declined_at is null and invitation.uses = 0 and invitation.expires_at > clock_timestamp()
   and not exists (select from blocks b where b.user_id = invitation.invited_user and b.blocked_id = invitation.invited_by)
   and not exists (select from bans b where b.room_id = invitation.room_id and b.user_id = invitation.invited_user);

comment on function invitation_is_open(invitations) is
  'Whether a named invitation is shown to the invited user, who has not answered it: it has not expired, they have not blocked its maker, and are not banned from the room. The maker cannot see which.';

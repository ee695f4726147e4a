create or replace function decline_invitation(code text) returns boolean
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  declined invitations := require_invitation(decline_invitation.code);
begin
  -- Also those that other users made for the acting user, to the same club or room.
  update invitations i set declined_at = clock_timestamp()
  where i.invited_user = acting_user() and i.declined_at is null and i.uses = 0
    and declined.invited_user is not null and (i.club_id = declined.club_id or i.room_id = declined.room_id);
  return found;
end
$$;

comment on function decline_invitation(text) is
  'Decline a named invitation, and all others for you to the same club or room; false if you had declined them already, or if it is a link.';

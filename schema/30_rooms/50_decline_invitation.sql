create or replace function decline_invitation(code text) returns boolean
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  mine invitations := require_invitation(decline_invitation.code);
begin
  -- The answer is to the place, whoever else has invited them there.
  update invitations i set declined_at = clock_timestamp()
  where i.invited_user = acting_user() and i.declined_at is null and i.uses = 0
    and mine.invited_user is not null and (i.club_id = mine.club_id or i.room_id = mine.room_id);
  return found;
end
$$;

comment on function decline_invitation(text) is
  'Say no to an invitation by name; false if you have already, or if it is a link, which is nobody''s to decline.';

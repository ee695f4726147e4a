create or replace function invitation_state(invitation invitations) returns text
language sql stable
return case
  when exists (select from acceptances a where a.invitation_id = invitation.id and a.user_id = acting_user()) then 'accepted'
  when invitation.declined_at is not null then 'declined'
  when exists (select from rooms r where r.id = invitation.room_id and r.ended_at is not null) then 'ended'
  when invitation.expires_at <= clock_timestamp() then 'expired'
  when invitation.uses >= invitation.max_uses then 'used up'
  else 'open' end;

comment on function invitation_state(invitations) is
  'The state of an invitation for the acting user: open, accepted, declined, ended (the room has ended), expired or used up.';

create or replace function require_invitation(code text) returns invitations
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  wanted invitations;
begin
  if acting_user() is null then
    raise insufficient_privilege using
      message = 'you must be signed in to answer an invitation',
      hint    = 'Sign in; in psql: select act_as(''rick'');';
  end if;
  -- Locked, so that two users cannot both take its last use.
  select * into wanted from invitations i where i.code = require_invitation.code for no key update;
  if not found then
    perform refuse_invitation('invitations_is_known');
  elsif wanted.invited_user <> acting_user() then
    perform refuse_invitation('invitations_is_for_you');
  elsif exists (select from acceptances a where a.invitation_id = wanted.id and a.user_id = acting_user()) then
    perform refuse_invitation('invitations_is_accepted_once');
  end if;
  return wanted;
end
$$;

comment on function require_invitation(text) is
  'Locks and returns the invitation with this code, if the acting user may answer it and has not accepted it; raises the rule that forbids it.';

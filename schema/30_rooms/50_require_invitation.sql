create or replace function require_invitation(code text) returns invitations
language plpgsql as $$
declare
  wanted invitations;
begin
  if acting_user() is null then
    raise insufficient_privilege using
      message = 'nobody is acting, so nobody is invited',
      hint    = 'Sign in; in psql: select act_as(''rick'');';
  end if;
  -- Locked, so that of two who come for its last use one comes second.
  select * into wanted from invitations i where i.code = require_invitation.code for no key update;
  if not found then
    perform refuse_invitation('invitations_is_known');
  elsif wanted.invited_user <> acting_user() then
    perform refuse_invitation('invitations_is_for_somebody_else');
  elsif exists (select from acceptances a where a.invitation_id = wanted.id and a.user_id = acting_user()) then
    perform refuse_invitation('invitations_is_accepted_once');
  end if;
  return wanted;
end
$$;

comment on function require_invitation(text) is
  'The invitation of this code, locked, if it is the acting user''s to answer and they have not accepted it; raises the rule that forbids it.';

create or replace function relay_invitations(ids bigint[]) returns setof bigint
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select distinct i.invited_user from invitations i
  where i.id = any (relay_invitations.ids) and i.invited_user is not null;
end;

comment on function relay_invitations(bigint[]) is
  'Who is invited by these: the users whose lists have changed. A withdrawn one is not there any more; whoever still has it in their list is meant.';

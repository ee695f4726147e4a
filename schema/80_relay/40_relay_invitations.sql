create or replace function relay_invitations(ids bigint[]) returns setof bigint
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select distinct i.invited_user from invitations i
  where i.id = any (relay_invitations.ids) and i.invited_user is not null;
end;

comment on function relay_invitations(bigint[]) is
  'The users to whom these named invitations are, whose lists have changed. Withdrawn invitations have no row any more; relays know from their own lists whom they concern.';

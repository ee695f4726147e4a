create or replace function relay_invitations_of(users bigint[]) returns table (user_id bigint, invitations jsonb)
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select person, invitations_of(person) from unnest(relay_invitations_of.users) person;
end;

comment on function relay_invitations_of(bigint[]) is 'The same list as my_invitations(), for each of these users.';

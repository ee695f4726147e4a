create or replace function relay_followed(users bigint[]) returns table (user_id bigint, people bigint[])
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select f.user_id, array_agg(f.followed_id) from follows f where f.user_id = any (relay_followed.users) group by f.user_id;
end;

comment on function relay_followed(bigint[]) is 'Whom each of these users follows; no row for a user who follows nobody.';

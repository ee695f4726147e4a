create or replace function longest_access_token(user_id bigint) returns int
language sql stable security definer set search_path = roomtone, pg_temp
return (
  -- Nobody asks the issuer whether the user of such a token still has an account there.
  select case when u.issuer is null then 366 else 30 end from users u where u.id = longest_access_token.user_id);

comment on function longest_access_token(bigint) is 'For how many days an access token that this user makes may be valid: 366, or 30 for a user of an issuer.';

create or replace function access_token_days() returns int
language sql stable security definer set search_path = roomtone, pg_temp
return longest_access_token(acting_user());

comment on function access_token_days() is 'For how many days an access token that you make may be valid at most.';

create or replace function relay_calendar_claims(secret text) returns jsonb
language sql stable security definer set search_path = roomtone, pg_temp
return (
  select jsonb_build_object('sub', a.user_id::text, 'iat', extract(epoch from a.created_at))
  from calendar_addresses a where a.secret_hash = sha256(convert_to(relay_calendar_claims.secret, 'UTF8')));

comment on function relay_calendar_claims(text) is
  'The claims with which the calendar at this secret address is read; null if there is none. Issued when the address was made, so that become() refuses it as it refuses tokens.';

create or replace function token_is_revoked(jti text) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (select from revoked_tokens r where r.jti = token_is_revoked.jti);

comment on function token_is_revoked(text) is 'Whether the user of the token with this `jti` has signed out.';

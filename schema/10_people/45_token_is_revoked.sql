-- What the relay's own login may do, all of it: become a user, read the log for those it serves,
-- and keep presence. Everything else it does as somebody.

create or replace function token_is_revoked(jti text) returns boolean
language sql stable security definer set search_path = roomtone, pg_temp
return exists (select from revoked_tokens r where r.jti = token_is_revoked.jti);

comment on function token_is_revoked(text) is 'Whether the owner of this token has signed out.';

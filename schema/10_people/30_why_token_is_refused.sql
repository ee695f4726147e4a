create or replace function why_token_is_refused(jti text, user_id bigint) returns text
language sql stable security definer set search_path = roomtone, pg_temp
return case
  when exists (select from revoked_tokens r where r.jti = why_token_is_refused.jti) then 'signed out'
  when exists (select from users u where u.id = why_token_is_refused.user_id and u.disabled_at is not null) then 'disabled' end;

comment on function why_token_is_refused(text, bigint) is
  'Why a token with this `jti` and this user is refused: `signed out` or `disabled`; null if it is not.';

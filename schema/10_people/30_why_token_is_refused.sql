create or replace function why_token_is_refused(jti text, user_id bigint, issued_at float8) returns text
language sql stable security definer set search_path = roomtone, pg_temp
return case
  when exists (select from revoked_tokens r where r.jti = why_token_is_refused.jti) then 'signed out'
  else (
    select case when u.disabled_at is not null then 'disabled'
                when coalesce(why_token_is_refused.issued_at, '-infinity') < extract(epoch from u.tokens_ended_at)::float8 then 'earlier' end
    from users u where u.id = why_token_is_refused.user_id)
  end;

comment on function why_token_is_refused(text, bigint, float8) is
  'Why a token with this `jti` and this user, issued at this time (`iat`), is refused: `signed out`, `disabled`, or `earlier` than users.tokens_ended_at; null if it is not. Without a time it is earlier.';

create or replace function relay_openid_sessions_to_check(issuers text[], check_after interval, at_most int)
returns table (jti text, issuer text, subject text, refresh_token text)
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  select end_openid_session(u.jti) from (
    select o.jti from openid_sessions o
    where o.refresh_token is not null and o.confirmed_at < now() - interval '12 hours'
    order by o.confirmed_at limit relay_openid_sessions_to_check.at_most
    for update skip locked) u;
  with due as (
    select o.jti from openid_sessions o join users u on u.id = o.user_id
    where o.check_at <= now() and o.expires_at > now() and u.issuer = any (relay_openid_sessions_to_check.issuers)
    order by o.check_at limit relay_openid_sessions_to_check.at_most
    for update of o skip locked
  )
  update openid_sessions o set check_at = now() + relay_openid_sessions_to_check.check_after
  from due, users u where o.jti = due.jti and u.id = o.user_id
  returning o.jti, u.issuer, u.subject, o.refresh_token;
end;

comment on function relay_openid_sessions_to_check(text[], interval, int) is
  'Sessions of these issuers that are due: the relay asks their issuers by the refresh token. Each is due again after `check_after`, and one relay takes it. Ends those that no issuer has confirmed for 12 hours.';

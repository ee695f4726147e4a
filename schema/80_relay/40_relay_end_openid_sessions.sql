create or replace function relay_end_openid_sessions(
  issuer text, subject text, sid text, logout_jti text, logout_expires_at timestamptz
) returns bigint
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  ended bigint;
begin
  insert into revoked_tokens (jti, expires_at)
  values ('logout ' || relay_end_openid_sessions.issuer || ' ' || relay_end_openid_sessions.logout_jti, relay_end_openid_sessions.logout_expires_at)
  on conflict do nothing;
  if not found then
    raise unique_violation using
      message    = 'this logout token was used before',
      constraint = 'openid_sessions_logout_tokens_count_once',
      hint       = 'Send a new one.';
  end if;
  select count(end_openid_session(s.jti)) into ended from (
    select o.jti from openid_sessions o join users u on u.id = o.user_id
    where u.issuer = relay_end_openid_sessions.issuer
      and (relay_end_openid_sessions.subject is null or u.subject = relay_end_openid_sessions.subject)
      and (relay_end_openid_sessions.sid is null or o.sid = left(relay_end_openid_sessions.sid, 500))
      and coalesce(relay_end_openid_sessions.subject, relay_end_openid_sessions.sid) is not null) s;
  return ended;
end
$$;

comment on function relay_end_openid_sessions(text, text, text, text, timestamptz) is
  'An issuer ends the sessions of a subject, or the one with this sid (OpenID Connect Back-Channel Logout, 2.4). Each logout token counts once. Returns how many sessions ended.';

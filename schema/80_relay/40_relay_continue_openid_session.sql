create or replace function relay_continue_openid_session(jti text, refresh_token text) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  update openid_sessions o set refresh_token = relay_continue_openid_session.refresh_token, confirmed_at = now()
  where o.jti = relay_continue_openid_session.jti;
end;

comment on function relay_continue_openid_session(text, text) is 'The issuer has confirmed the session, and perhaps given a new refresh token (RFC 6749, 6).';

create or replace function relay_end_openid_session(jti text) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  select end_openid_session(relay_end_openid_session.jti);
end;

comment on function relay_end_openid_session(text) is 'Ends a session that its issuer no longer confirms.';

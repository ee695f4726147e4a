create or replace function relay_begin_openid_session(
  jti text, user_id bigint, sid text, refresh_token text, check_after interval, expires_at timestamptz
) returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  most_of_a_user constant int := 20;
begin
  perform end_openid_session(s.jti) from (
    select o.jti from openid_sessions o where o.user_id = relay_begin_openid_session.user_id
    order by o.expires_at desc offset most_of_a_user - 1) s;
  insert into openid_sessions (jti, user_id, sid, refresh_token, check_at, expires_at)
  values (relay_begin_openid_session.jti, relay_begin_openid_session.user_id, left(relay_begin_openid_session.sid, 500),
          relay_begin_openid_session.refresh_token,
          case when relay_begin_openid_session.refresh_token is not null then now() + relay_begin_openid_session.check_after end,
          relay_begin_openid_session.expires_at);
end
$$;

comment on function relay_begin_openid_session(text, bigint, text, text, interval, timestamptz) is
  'A session that began at an issuer. A user has at most 20: the one that expires first ends.';

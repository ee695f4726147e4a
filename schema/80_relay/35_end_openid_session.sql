create or replace function end_openid_session(jti text) returns void
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  ended openid_sessions;
begin
  delete from openid_sessions o where o.jti = end_openid_session.jti returning * into ended;
  if found then
    insert into revoked_tokens (jti, expires_at) values (ended.jti, ended.expires_at) on conflict do nothing;
    delete from participants p
    where p.user_id = ended.user_id
      and not exists (select from openid_sessions o where o.user_id = ended.user_id and o.expires_at > now());
  end if;
end
$$;

comment on function end_openid_session(text) is 'Revokes the token of a session that began at an issuer. With the last of these sessions, its user leaves every room.';

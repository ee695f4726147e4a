create or replace trigger _050_set_synchronous_commit before insert or update or delete on revoked_tokens for each statement execute function tg_set_synchronous_commit();
comment on trigger _050_set_synchronous_commit on revoked_tokens is 'Commits to this table wait for the disk.';

create or replace function tg_revoked_tokens__end_session() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  delete from openid_sessions o where o.jti = new.jti;
  delete from access_tokens a where a.jti = new.jti;
  return null;
end
$$;

comment on function tg_revoked_tokens__end_session() is 'The session of a revoked token is no longer checked at its issuer, and an access token is no longer in its user''s list.';

create or replace trigger _300_end_session after insert on revoked_tokens
for each row execute function tg_revoked_tokens__end_session();
comment on trigger _300_end_session on revoked_tokens is 'Ends the session at an issuer that had this token, and removes an access token.';

create or replace function tg_revoked_tokens__notify() returns trigger
language plpgsql security definer set search_path = roomtone, pg_temp as $$
begin
  -- A hash, because every database user can LISTEN. Relays that serve a token with this hash ask the database whether it is revoked.
  perform pg_notify('roomtone', json_build_object('signed_out', md5(new.jti))::text);
  return null;
end
$$;

comment on function tg_revoked_tokens__notify() is 'NOTIFY roomtone with {"signed_out": md5 of the token''s id}.';

create or replace trigger _900_notify after insert on revoked_tokens
for each row execute function tg_revoked_tokens__notify();
comment on trigger _900_notify on revoked_tokens is 'Every relay ends the streams that use this token.';

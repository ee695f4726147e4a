create table if not exists openid_sessions (
  jti           text primary key,
  user_id       bigint not null references users on delete cascade,
  sid           text,
  refresh_token text,
  check_at      timestamptz,
  expires_at    timestamptz not null
);
alter table openid_sessions add column if not exists confirmed_at timestamptz not null default now();
create index if not exists openid_sessions_by_user on openid_sessions (user_id);
create index if not exists openid_sessions_by_sid on openid_sessions (sid);
create index if not exists openid_sessions_by_check on openid_sessions (check_at);
create index if not exists openid_sessions_by_confirmation on openid_sessions (confirmed_at) where refresh_token is not null;

comment on table openid_sessions is
  'Sessions that began with a sign-in at an OpenID Connect issuer (users.issuer), so that they end with the session there. Only relays use it.';
comment on column openid_sessions.jti is 'Id of the session''s token, which the relay issued.';
comment on column openid_sessions.user_id is 'The user who signed in.';
comment on column openid_sessions.sid is 'The session''s id at the issuer, by which the issuer ends it (OpenID Connect Back-Channel Logout, 2.1); null if it has none.';
comment on column openid_sessions.refresh_token is 'The issuer''s refresh token, encrypted by the relay; null if the issuer gave none.';
comment on column openid_sessions.check_at is 'When the relay next asks the issuer, by the refresh token, whether the user may still sign in; null: never.';
comment on column openid_sessions.confirmed_at is 'When the issuer last said that the session may go on. After 12 hours without that, a session with a refresh token ends.';
comment on column openid_sessions.expires_at is 'When the session''s token expires. Then the row is deleted.';
comment on index openid_sessions_by_user is 'Finds the sessions of a user.';
comment on index openid_sessions_by_sid is 'Finds the session that an issuer ends.';
comment on index openid_sessions_by_check is 'Finds the sessions to check.';
comment on index openid_sessions_by_confirmation is 'Finds the sessions that their issuer no longer confirms.';

create table if not exists revoked_tokens (
  jti        uuid primary key,
  expires_at timestamptz not null
);

comment on table revoked_tokens is 'Tokens whose owner signed out before they expired (RFC 7519, 4.1.7 `jti`).';
comment on column revoked_tokens.jti is 'The token''s id.';
comment on column revoked_tokens.expires_at is 'When it would have expired, after which this row says nothing new.';

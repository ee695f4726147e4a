create table if not exists revoked_tokens (
  jti        text primary key,
  expires_at timestamptz not null
);

comment on table revoked_tokens is 'Tokens that are no longer valid because their user signed out before they expired (RFC 7519).';
comment on column revoked_tokens.jti is 'The token''s id: its `jti` claim (RFC 7519, 4.1.7). Other issuers of tokens may use ids that are not UUIDs.';
comment on column revoked_tokens.expires_at is 'When the token expires. The row is deleted an hour later, because clocks may differ.';

create table if not exists revoked_tokens (
  jti        text primary key,
  expires_at timestamptz not null
);

-- Whoever else issues tokens need not use UUIDs.
do $$
begin
  if (select a.atttypid from pg_attribute a where a.attrelid = 'revoked_tokens'::regclass and a.attname = 'jti') <> 'text'::regtype then
    drop function if exists token_is_revoked(text);
    alter table revoked_tokens alter column jti type text;
  end if;
end
$$;

comment on table revoked_tokens is 'Tokens whose owner signed out before they expired (RFC 7519, 4.1.7 `jti`).';
comment on column revoked_tokens.jti is 'The token''s id.';
comment on column revoked_tokens.expires_at is 'When it would have expired; an hour later, however clocks differ, this row says nothing new.';

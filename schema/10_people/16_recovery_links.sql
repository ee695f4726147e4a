create table if not exists recovery_links (
  secret_hash bytea primary key,
  user_id     bigint not null references users on delete cascade,
  created_at  timestamptz not null default now(),
  expires_at  timestamptz not null,
  used_at     timestamptz
);
create index if not exists recovery_links_by_user on recovery_links (user_id);

comment on table recovery_links is 'Links by which users who lost their passkeys make a new one. The operator makes them: create_recovery_link. Each counts once.';
comment on column recovery_links.secret_hash is 'SHA-256 of the secret in the link, so that who reads this table cannot use it.';
comment on column recovery_links.user_id is 'Who may make a new passkey.';
comment on column recovery_links.created_at is 'When the link was made.';
comment on column recovery_links.expires_at is 'From when on it does not count.';
comment on column recovery_links.used_at is 'When a passkey was made by it; null: not yet.';
comment on index recovery_links_by_user is 'Finds the links of a user.';

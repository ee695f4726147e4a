create table if not exists passkeys (
  id            bigint generated always as identity primary key,
  user_id       bigint not null references users on delete cascade,
  credential_id bytea not null
                constraint passkeys_credential_is_short check (octet_length(credential_id) between 1 and 1023),
  public_key    bytea not null
                constraint passkeys_public_key_is_short check (octet_length(public_key) between 1 and 2048),
  user_handle   bytea not null
                constraint passkeys_user_handle_is_short check (octet_length(user_handle) between 1 and 64),
  sign_count    bigint not null
                constraint passkeys_sign_count_is_unsigned check (sign_count between 0 and 4294967295),
  transports    text[] not null default '{}'
                constraint passkeys_transports_are_few check (cardinality(transports) <= 8),
  name          text not null
                constraint passkeys_name_is_text check (length(name) between 1 and 60 and name !~ '[[:cntrl:]]'),
  created_at    timestamptz not null default now(),
  last_used_at  timestamptz
);
create unique index if not exists passkeys_credential_is_unique on passkeys (credential_id);
create index if not exists passkeys_by_user on passkeys (user_id);

comment on table passkeys is 'Public keys with which users sign in (WebAuthn Level 3, 4: public key credential source). The private key never leaves the user''s device.';
comment on column passkeys.id is 'Id of the passkey.';
comment on column passkeys.user_id is 'Whose passkey it is.';
comment on column passkeys.credential_id is 'Id that the authenticator chose (WebAuthn, 4: credential ID).';
comment on column passkeys.public_key is 'The public key as COSE_Key (RFC 9052, 7).';
comment on column passkeys.user_handle is 'Random bytes by which authenticators know the user (WebAuthn, 14.6.1); the same for all passkeys of a user.';
comment on column passkeys.sign_count is 'The authenticator''s signature counter when the passkey was last used (WebAuthn, 6.1.1); 0 if it does not count.';
comment on column passkeys.transports is 'How browsers reach the authenticator, such as usb or internal (WebAuthn, 5.8.4).';
comment on column passkeys.name is 'What the user calls this passkey.';
comment on column passkeys.created_at is 'When it was made.';
comment on column passkeys.last_used_at is 'When its user last signed in with it; null: never.';
comment on index passkeys_credential_is_unique is 'Each credential is one passkey of one user.';
comment on index passkeys_by_user is 'Finds the passkeys of a user.';

select refuse_bad_names('passkeys', 'name', 'passkey');

create table if not exists passkey_challenges (
  challenge     bytea primary key,
  user_id       bigint references users on delete cascade,
  username      text,
  user_handle   bytea,
  recovery_hash bytea,
  address       text not null,
  expires_at    timestamptz not null,
  used_at       timestamptz,
  constraint passkey_challenges_are_for_one_purpose
    check ((user_id is null or username is null) and ((user_handle is null) = (user_id is null and username is null))
           and (recovery_hash is null or user_id is not null))
);
create index if not exists passkey_challenges_by_user on passkey_challenges (user_id);
create index if not exists passkey_challenges_by_address on passkey_challenges (address, expires_at);
create index if not exists passkey_challenges_by_expiry on passkey_challenges (expires_at);

comment on table passkey_challenges is
  'What an authenticator must sign, so that an answer counts once and for five minutes (WebAuthn Level 3, 13.4.3). Without user_handle: to sign in; with it: to make a passkey.';
comment on column passkey_challenges.challenge is '32 random bytes.';
comment on column passkey_challenges.user_id is 'Who makes a further passkey, or one by a recovery link.';
comment on column passkey_challenges.username is 'The name of the account that is made with the passkey.';
comment on column passkey_challenges.user_handle is 'The user handle of the passkey that is made.';
comment on column passkey_challenges.recovery_hash is 'The recovery link by which it is made.';
comment on column passkey_challenges.address is 'Which address asked for it, because each may have only so many.';
comment on column passkey_challenges.expires_at is 'From when on it does not count.';
comment on column passkey_challenges.used_at is 'When an answer to it came; null: not yet.';
comment on index passkey_challenges_by_user is 'Finds the challenges of a user.';
comment on index passkey_challenges_by_address is 'Finds the challenges that an address has too many of.';
comment on index passkey_challenges_by_expiry is 'Finds the challenges that are over.';
comment on constraint passkey_challenges_are_for_one_purpose on passkey_challenges is
  'To sign in, or to make one passkey: of a user, also by a recovery link, or of an account that is made.';

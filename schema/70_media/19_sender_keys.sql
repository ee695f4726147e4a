-- UNLOGGED and without foreign keys, as signals are: they go with the sessions that they are for, and after a crash speakers make new ones.

create unlogged table if not exists sender_keys (
  id         bigint generated always as identity primary key,
  room_id    bigint not null,
  from_user  bigint not null default acting_user(),
  from_peer  uuid not null,
  to_user    bigint not null,
  to_peer    uuid not null,
  kid        bigint not null
             constraint sender_keys_kid_is_a_number_of_javascript check (kid between 1 and 9007199254740991),
  wrapped    text not null
             constraint sender_keys_wrapped_has_its_length check (wrapped ~ '^[A-Za-z0-9_-]{59}$'),
  signature  text not null
             constraint sender_keys_signature_has_its_length check (signature ~ '^[A-Za-z0-9_-]{86}$'),
  created_at timestamptz not null default clock_timestamp()
);
create unique index if not exists sender_keys_of_a_pair on sender_keys (from_peer, to_peer, kid);
create index if not exists sender_keys_to_peer on sender_keys (to_peer);

comment on table sender_keys is
  'In encrypted rooms, the keys of what each session sends, one row for each session that may hear it, which alone can read it. A speaker makes a new key when somebody comes or goes. docs/encryption.md says how.';
comment on column sender_keys.id is 'Id of the row.';
comment on column sender_keys.room_id is 'The room of both sessions.';
comment on column sender_keys.from_user is 'Who sends audio with this key; filled in by the database.';
comment on column sender_keys.from_peer is 'Their session; by default that of the acting user''s seat in the room.';
comment on column sender_keys.to_user is 'Who may hear it; filled in by the database.';
comment on column sender_keys.to_peer is 'Their session.';
comment on column sender_keys.kid is 'The number of the key, which each encrypted frame names (RFC 9605, KID). It increases from key to key of one session.';
comment on column sender_keys.wrapped is
  'The key, encrypted for the recipient: 12 bytes of nonce, 16 of key and 16 of tag (AES-128-GCM) in base64url. The key of this encryption follows from the agreement keys of both (ECDH, HKDF).';
comment on column sender_keys.signature is 'The sender''s signature of the row (ECDSA with P-256 and SHA-256), 64 bytes in base64url.';
comment on column sender_keys.created_at is 'When it was written.';
comment on index sender_keys_of_a_pair is 'The keys that one session gave another, of which the newest two are kept.';
comment on index sender_keys_to_peer is 'What one session has been given.';
comment on constraint sender_keys_kid_is_a_number_of_javascript on sender_keys is 'A key''s number is positive, and JavaScript can count to it.';
comment on constraint sender_keys_wrapped_has_its_length on sender_keys is 'A wrapped key has 44 bytes: 59 characters in base64url.';
comment on constraint sender_keys_signature_has_its_length on sender_keys is 'A signature has 64 bytes: 86 characters in base64url.';

create table if not exists calendar_addresses (
  user_id     bigint primary key references users on delete cascade,
  secret_hash bytea not null unique,
  created_at  timestamptz not null default now()
);

comment on table calendar_addresses is
  'The secret addresses at which users'' own calendars are read: at most one each. Made by renew_calendar_address(); deleting the row makes the address invalid. Who knows an address reads that calendar, and nothing else.';
comment on column calendar_addresses.user_id is 'Whose calendar it is.';
comment on column calendar_addresses.secret_hash is 'SHA-256 of the secret in the address, so that who reads this table cannot use it.';
comment on column calendar_addresses.created_at is 'When it was made. Like a token, it ends when users.tokens_ended_at is later.';

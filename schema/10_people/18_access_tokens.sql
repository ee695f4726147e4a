create table if not exists access_tokens (
  jti        text primary key default gen_random_uuid()::text,
  user_id    bigint not null references users on delete cascade,
  name       text not null
             constraint access_tokens_name_is_text check (length(name) between 1 and 60 and name !~ '[[:cntrl:]]'),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
             constraint access_tokens_expire_within_a_year check (expires_at between created_at and created_at + interval '366 days')
);
create index if not exists access_tokens_by_user on access_tokens (user_id);

comment on table access_tokens is
  'Tokens by which programs act as a user: a bot, OBS, a client of /rows. A user makes them on the page, the operator by `roomtone token`. The token itself is not stored. Deleting a row revokes its token.';
comment on column access_tokens.jti is 'The token''s id: its `jti` claim (RFC 7519, 4.1.7).';
comment on column access_tokens.user_id is 'Who acts by this token.';
comment on column access_tokens.name is 'What the user calls this token.';
comment on column access_tokens.created_at is 'When it was made.';
comment on column access_tokens.expires_at is 'When it expires. Then the row is deleted.';
comment on index access_tokens_by_user is 'Finds the tokens of a user.';
comment on constraint access_tokens_expire_within_a_year on access_tokens is 'A token is valid for a year at most.';

select refuse_bad_names('access_tokens', 'name', 'token');

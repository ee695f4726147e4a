create table if not exists users (
  id         bigint generated always as identity primary key,
  username   text not null
             constraint users_username_is_text
             check (length(username) between 1 and 40 and username = btrim(username) and username !~ '[[:cntrl:]]'),
  kind       text not null default 'person'
             constraint users_kind_is_known check (kind in ('person', 'bot', 'node')),
  bio        text constraint users_bio_is_short check (length(bio) <= 1000),
  created_at timestamptz not null default now()
);

comment on table users is 'Everyone who can take a seat: people, bots and media nodes.';
comment on column users.id is 'Identity; the `sub` of a token.';
comment on column users.username is 'What others see: a name of 1 to 40 characters (see name_fault), that looks like nobody else''s.';
comment on column users.kind is 'person, bot or node.';
comment on column users.bio is 'What they say of themselves.';
comment on column users.created_at is 'When they first came.';

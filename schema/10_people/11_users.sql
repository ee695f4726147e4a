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

comment on table users is 'All accounts: people, bots and media nodes. Each can take a seat in a room.';
comment on column users.id is 'Id of the user; the `sub` claim of a token.';
comment on column users.username is 'The name that others see: 1 to 40 characters (see name_fault). No two names look alike.';
comment on column users.kind is 'person, bot or node.';
comment on column users.bio is 'What the user writes about themselves.';
comment on column users.created_at is 'When the account was created.';

-- Release 0.1.0 compared only lower(username).
do $$
begin
  if pg_get_indexdef(to_regclass('users_username_is_unique')) like '%lower(username)%' then
    drop index users_username_is_unique;
  end if;
end
$$;

select refuse_bad_names('users', 'username', 'user', 20);
select refuse_hidden_controls('users', 'bio');

create unique index if not exists users_username_is_unique on users (name_key(username));
create unique index if not exists users_username_looks_like_no_other on users (name_skeleton(username));
comment on index users_username_is_unique is 'rick, Rick and full-width Rick are the same name.';
comment on index users_username_looks_like_no_other is 'No two users have names that look alike, such as rick and r1ck.';

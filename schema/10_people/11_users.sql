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

-- Change existing rows that break these rules.
do $$
begin
  if not exists (select from pg_constraint c where c.conname = 'users_username_is_allowed' and c.connamespace = 'roomtone'::regnamespace) then
    drop index if exists users_username_is_unique; -- it compared only lower(username)
    update users set username = normalize(username, NFC) where username is not nfc normalized;
    update users set username = 'user ' || id where name_fault(username) is not null;
    update users set bio = regexp_replace(bio, '[\u0080-\u009f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]', U&'\FFFD', 'g') where has_hidden_controls(bio);
    loop -- a new name like 'user 7' may be taken, too: repeat until no two names look alike
      update users set username = case when name_fault(left(username, 20) || ' ' || id) is null then left(username, 20) else 'user' end || ' ' || id
      where id in (select unnest((array_agg(u.id order by u.id))[2:]) from users u group by name_skeleton(u.username));
      exit when not found;
    end loop;
  end if;
end
$$;

create unique index if not exists users_username_is_unique on users (name_key(username));
create unique index if not exists users_username_looks_like_no_other on users (name_skeleton(username));
comment on index users_username_is_unique is 'rick, Rick and full-width Rick are the same name.';
comment on index users_username_looks_like_no_other is 'No two users have names that look alike, such as rick and r1ck.';

alter table users drop constraint if exists users_username_is_allowed;
alter table users add constraint users_username_is_allowed check (name_fault(username) is null);
alter table users drop constraint if exists users_bio_has_no_hidden_controls;
alter table users add constraint users_bio_has_no_hidden_controls check (not has_hidden_controls(bio));
comment on constraint users_username_is_allowed on users is 'See name_fault.';
comment on constraint users_bio_has_no_hidden_controls on users is 'See has_hidden_controls.';

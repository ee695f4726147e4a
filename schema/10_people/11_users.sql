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

alter table users
  add column if not exists issuer text constraint users_issuer_is_short check (length(issuer) between 1 and 500),
  add column if not exists subject text constraint users_subject_is_short check (length(subject) between 1 and 255),
  add column if not exists site_moderator boolean not null default false,
  add column if not exists moderator_by_claim boolean not null default false,
  add column if not exists disabled_at timestamptz,
  add column if not exists tokens_ended_at timestamptz;

comment on column users.issuer is 'Who vouches for this user: the `iss` of tokens, such as the address of an OpenID Connect issuer. Null without one.';
comment on column users.subject is 'The user''s id at that issuer: the `sub` of its tokens (OpenID Connect Core, 2). It names one user for ever, unlike a name.';
comment on column users.site_moderator is 'Moderates every room that they may see, ends rooms, and disables users. Set by a claim of the issuer, or by the operator.';
comment on column users.moderator_by_claim is 'Whether a claim of the issuer made them a site moderator: then they are one only while a session that began at the issuer lasts.';
comment on column users.disabled_at is 'Since when the user is refused everywhere; null if they are not. See disable_user.';
comment on column users.tokens_ended_at is 'Tokens of this user that were issued earlier (`iat`) are refused; null: none is. Set when issuer or subject change, so that who signed in by the name alone does not stay; the operator may set it, too.';

alter table users
  drop constraint if exists users_subject_has_an_issuer,
  add constraint users_subject_has_an_issuer check ((issuer is null) = (subject is null));
comment on constraint users_subject_has_an_issuer on users is 'A subject is known by its issuer, and an issuer by what it calls its users.';

alter table users
  drop constraint if exists users_moderators_by_claim_moderate,
  add constraint users_moderators_by_claim_moderate check (site_moderator or not moderator_by_claim);
comment on constraint users_moderators_by_claim_moderate on users is 'Whom a claim made a site moderator is one.';

create unique index if not exists users_subject_is_unique on users (issuer, subject);
comment on index users_subject_is_unique is 'Each subject of an issuer is one user.';

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

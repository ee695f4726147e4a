create table if not exists clubs (
  id          bigint generated always as identity primary key,
  name        text not null constraint clubs_name_is_unique unique
              constraint clubs_name_is_text check (name ~ '\S' and length(name) <= 80 and name !~ '[[:cntrl:]]'),
  description text constraint clubs_description_is_short check (length(description) <= 2000),
  topic_id    bigint references topics,
  owner_id    bigint not null default acting_user() references users,
  created_at  timestamptz not null default now()
);

comment on table clubs is 'Clubs, which users follow and belong to. A room may belong to one.';
comment on column clubs.id is 'Id of the club.';
comment on column clubs.name is 'The club''s name, 1 to 80 characters.';
comment on column clubs.description is 'What the club is for.';
comment on column clubs.topic_id is 'The club''s topic, if any.';
comment on column clubs.owner_id is 'The user who created it; the acting user by default.';
comment on column clubs.created_at is 'When it was created.';

select refuse_bad_names('clubs', 'name', 'club', 60);
select refuse_hidden_controls('clubs', 'description');

create unique index if not exists clubs_name_looks_like_no_other on clubs (name_skeleton(name));
comment on index clubs_name_looks_like_no_other is 'No two clubs have names that look alike.';

create table if not exists clubs (
  id          bigint generated always as identity primary key,
  name        text not null constraint clubs_name_is_unique unique
              constraint clubs_name_is_text check (name ~ '\S' and length(name) <= 80 and name !~ '[[:cntrl:]]'),
  description text constraint clubs_description_is_short check (length(description) <= 2000),
  topic_id    bigint references topics,
  owner_id    bigint not null default acting_user() references users,
  created_at  timestamptz not null default now()
);

comment on table clubs is 'Circles people follow; a room may belong to one.';
comment on column clubs.id is 'Identity.';
comment on column clubs.name is 'The club''s name, 1 to 80 characters.';
comment on column clubs.description is 'What it is for.';
comment on column clubs.topic_id is 'What it is about.';
comment on column clubs.owner_id is 'Who founded it; the acting user by default.';
comment on column clubs.created_at is 'When it was founded.';

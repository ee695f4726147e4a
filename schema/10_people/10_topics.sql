create table if not exists topics (
  id    bigint generated always as identity primary key,
  name  text not null constraint topics_name_is_unique unique
        constraint topics_name_is_text check (name ~ '\S' and length(name) <= 60),
  emoji text constraint topics_emoji_is_short check (length(emoji) <= 8)
);

comment on table topics is 'What clubs are about.';
comment on column topics.id is 'Identity.';
comment on column topics.name is 'What people call it.';
comment on column topics.emoji is 'One picture for it, if it has one.';

create table if not exists topics (
  id    bigint generated always as identity primary key,
  name  text not null constraint topics_name_is_unique unique
        constraint topics_name_is_text check (name ~ '\S' and length(name) <= 60),
  emoji text constraint topics_emoji_is_short check (length(emoji) <= 8)
);

comment on table topics is 'Topics of clubs.';
comment on column topics.id is 'Id of the topic.';
comment on column topics.name is 'The topic''s name.';
comment on column topics.emoji is 'An emoji for it, or null.';

select refuse_bad_names('topics', 'name', 'topic');

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

-- Change existing rows that break these rules.
do $$
begin
  if not exists (select from pg_constraint c where c.conname = 'topics_name_is_allowed' and c.connamespace = 'roomtone'::regnamespace) then
    update topics set name = 'topic ' || id where name_fault(normalize(name, NFC)) is not null or name is not nfc normalized;
  end if;
end
$$;

alter table topics drop constraint if exists topics_name_is_allowed;
alter table topics add constraint topics_name_is_allowed check (name_fault(name) is null);
comment on constraint topics_name_is_allowed on topics is 'See name_fault.';

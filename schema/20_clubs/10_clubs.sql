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
comment on column clubs.owner_id is 'The user who founded it; the acting user by default.';
comment on column clubs.created_at is 'When it was founded.';

-- Change existing rows that break these rules.
do $$
begin
  if not exists (select from pg_constraint c where c.conname = 'clubs_name_is_allowed' and c.connamespace = 'roomtone'::regnamespace) then
    update clubs c set name = case when exists (select from clubs o where o.name = normalize(c.name, NFC))
                                   then 'club ' || id else normalize(name, NFC) end
    where name is not nfc normalized;
    update clubs set name = 'club ' || id where name_fault(name) is not null;
    update clubs set description = regexp_replace(description, '[\u0080-\u009f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]', U&'\FFFD', 'g') where has_hidden_controls(description);
    loop -- as in users
      update clubs set name = case when name_fault(left(name, 60) || ' ' || id) is null then left(name, 60) else 'club' end || ' ' || id
      where id in (select unnest((array_agg(c.id order by c.id))[2:]) from clubs c group by name_skeleton(c.name));
      exit when not found;
    end loop;
  end if;
end
$$;

create unique index if not exists clubs_name_looks_like_no_other on clubs (name_skeleton(name));
comment on index clubs_name_looks_like_no_other is 'No two clubs have names that look alike.';

alter table clubs drop constraint if exists clubs_name_is_allowed;
alter table clubs add constraint clubs_name_is_allowed check (name_fault(name) is null);
alter table clubs drop constraint if exists clubs_description_has_no_hidden_controls;
alter table clubs add constraint clubs_description_has_no_hidden_controls check (not has_hidden_controls(description));
comment on constraint clubs_name_is_allowed on clubs is 'See name_fault.';
comment on constraint clubs_description_has_no_hidden_controls on clubs is 'See has_hidden_controls.';

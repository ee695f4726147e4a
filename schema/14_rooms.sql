create table if not exists rooms (
  id         bigint generated always as identity primary key,
  name       text not null
             constraint rooms_name_is_text check (name ~ '\S' and length(name) <= 120 and name !~ '[[:cntrl:]]'),
  club_id    bigint references clubs,
  host_id    bigint not null default acting_user() references users,
  stage      text not null default 'open'
             constraint rooms_stage_is_known check (stage in ('open', 'moderated')),
  created_at timestamptz not null default now(),
  ended_at   timestamptz constraint rooms_end_after_they_start check (ended_at >= created_at)
);
create index if not exists rooms_still_open on rooms (id) where ended_at is null;

comment on table rooms is 'Live rooms and those that were. Joining one is an INSERT into participants.';
comment on column rooms.id is 'Identity; the room''s address is /rooms/{id}.';
comment on column rooms.name is 'What it is about today, 1 to 120 characters.';
comment on column rooms.club_id is 'The club it belongs to, if any.';
comment on column rooms.host_id is 'Who opened it; the acting user by default.';
comment on column rooms.stage is 'open: newcomers are speakers, as in the article; moderated: newcomers are audience.';
comment on column rooms.created_at is 'When it opened.';
comment on column rooms.ended_at is 'When it ended for everyone; null while it is open. An ended room never reopens.';
comment on index rooms_still_open is 'The hallway reads only these.';
comment on constraint rooms_end_after_they_start on rooms is 'Time runs forward.';

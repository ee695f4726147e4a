create table if not exists reports (
  id          bigint generated always as identity primary key,
  room_id     bigint not null references rooms on delete cascade,
  reported_id bigint not null references users on delete cascade,
  reporter    bigint default acting_user(),
  reason      text not null
              constraint reports_reason_is_text check (reason ~ '\S' and length(reason) <= 1000 and reason !~ '[\x01-\x08\x0b-\x1f\x7f]'),
  log         jsonb not null default '{}',
  created_at  timestamptz not null default clock_timestamp(),
  resolved_at timestamptz,
  constraint reports_not_yourself check (reporter <> reported_id)
);
create index if not exists reports_by_room on reports (room_id);
create index if not exists reports_by_reported on reports (reported_id);
create index if not exists reports_by_reporter on reports (reporter, created_at);

comment on table reports is
  'What somebody tells the operator about somebody else in a room, with the room''s recent log, which would be forgotten otherwise.';
comment on column reports.id is 'Identity.';
comment on column reports.room_id is 'The room it happened in.';
comment on column reports.reported_id is 'Who is reported; they are not told.';
comment on column reports.reporter is 'Who reports: the acting user; null for the operator in psql.';
comment on column reports.reason is 'What happened, in their words: 1 to 1,000 characters.';
comment on column reports.log is
  'The last 200 events that were for everybody in the room (no signals), and the last 50 messages: {"events", "messages"}. For the operator alone.';
comment on column reports.created_at is 'When it was reported.';
comment on column reports.resolved_at is 'When the operator has dealt with it; null until then.';
comment on constraint reports_not_yourself on reports is 'One reports others.';
comment on index reports_by_room is 'Finds a room''s reports.';
comment on index reports_by_reported is 'Finds what was reported of a user.';
comment on index reports_by_reporter is 'Counts what a user has reported lately.';

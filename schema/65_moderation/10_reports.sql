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
  'Reports to the operator about a participant of a room, with a copy of the room''s recent log, which is deleted after an hour otherwise.';
comment on column reports.id is 'Id of the report.';
comment on column reports.room_id is 'The room it happened in.';
comment on column reports.reported_id is 'The reported user, who does not learn of it.';
comment on column reports.reporter is 'The user who reports: the acting user; null for an operator in psql.';
comment on column reports.reason is 'What happened, as the reporter describes it: 1 to 1,000 characters.';
comment on column reports.log is
  'The last 200 events that were for all participants (no signals), and the last 50 messages: {"events", "messages"}. Only the operator may read it.';
comment on column reports.created_at is 'When it was reported.';
comment on column reports.resolved_at is 'When the operator resolved it; null before.';
comment on constraint reports_not_yourself on reports is 'A user cannot report themselves.';
comment on index reports_by_room is 'Finds the reports about a room.';
comment on index reports_by_reported is 'Finds the reports about a user.';
comment on index reports_by_reporter is 'Counts the recent reports by a user.';

select refuse_hidden_controls('reports', 'reason');

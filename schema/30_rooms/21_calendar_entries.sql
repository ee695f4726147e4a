-- Not columns of rooms: those are sent to everybody who joins, and in every event of a room.
create table if not exists calendar_entries (
  room_id    bigint primary key references rooms on delete cascade,
  series_id  bigint not null,
  sequence   int not null default 0,
  changed_at timestamptz not null default now()
);

comment on table calendar_entries is 'What calendars need to know of each planned room besides its row, so that changes reach them. Kept by triggers; the view calendar has it.';
comment on column calendar_entries.room_id is 'The planned room.';
comment on column calendar_entries.series_id is 'The first room of its series, or the room itself: all rooms of a series are one entry in a calendar.';
comment on column calendar_entries.sequence is 'How often the entry has changed: its SEQUENCE (RFC 5545, 3.8.7.4).';
comment on column calendar_entries.changed_at is 'When it changed last: its LAST-MODIFIED.';

create index if not exists rooms_planned_by_club on rooms (club_id, starts_at) where starts_at is not null;
create index if not exists rooms_planned_by_host on rooms (host_id, starts_at) where starts_at is not null;
create index if not exists rooms_planned_by_co_host on rooms using gin (co_host_ids) where starts_at is not null and co_host_ids <> '{}';
comment on index rooms_planned_by_club is 'Finds the planned rooms of a club, for its calendar.';
comment on index rooms_planned_by_host is 'Finds the planned rooms of a host, for their calendar.';
comment on index rooms_planned_by_co_host is 'Finds the planned rooms of a co-host, for their calendar.';

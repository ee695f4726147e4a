create table if not exists deleted_recordings (
  file        text primary key,
  of_original boolean not null,
  deleted_at  timestamptz not null default clock_timestamp()
);
create index if not exists deleted_recordings_by_age on deleted_recordings (deleted_at);

comment on table deleted_recordings is
  'Files of recordings whose row was deleted, with its room for example. Relays remove a file only if it is named here, or if its row in recordings says that it is deleted. Kept for 30 days.';
comment on column deleted_recordings.file is 'Name of the file in the folder for recordings.';
comment on column deleted_recordings.of_original is 'As in recordings.';
comment on column deleted_recordings.deleted_at is 'When the row was deleted.';
comment on index deleted_recordings_by_age is 'Finds rows that are old enough to delete.';

-- The room's node writes the audio of a recording to a file. A row is one file: when the room moves to another node, one
-- recording ends and another continues it.

create table if not exists recordings (
  id           bigint generated always as identity primary key,
  room_id      bigint not null references rooms on delete cascade,
  started_by   bigint not null default acting_user() references users on delete cascade,
  announced_at timestamptz not null default clock_timestamp(),
  begins_at    timestamptz not null default clock_timestamp() + interval '5 seconds',
  started_at   timestamptz,
  ended_at     timestamptz constraint recordings_end_after_they_start check (ended_at >= announced_at),
  ended_reason text,
  duration     interval constraint recordings_duration_is_not_negative check (duration >= interval '0'),
  bytes        bigint constraint recordings_bytes_are_not_negative check (bytes >= 0),
  failure      text,
  continues_id bigint references recordings on delete set null,
  deleted_at   timestamptz constraint recordings_deleted_ones_have_ended check (deleted_at is null or ended_at is not null),
  node_id      text,
  file         text not null constraint recordings_file_is_unique unique
               constraint recordings_file_is_a_file_name check (file ~ '^[0-9a-f]{8}-[0-9a-f-]{36}\.ogg$')
);
alter table recordings add column if not exists of_original boolean not null default false;
create unique index if not exists recordings_one_at_a_time on recordings (room_id) where ended_at is null;
create index if not exists recordings_by_room on recordings (room_id, id);
create index if not exists recordings_by_starter on recordings (started_by);
create index if not exists recordings_by_continued on recordings (continues_id) where continues_id is not null;
create index if not exists recordings_by_end on recordings (ended_at) where deleted_at is null;
create index if not exists recordings_unmeasured on recordings (id)
  where started_at is not null and ended_at is not null and duration is null and deleted_at is null;

comment on table recordings is
  'Recordings of rooms, as audio files written by the room''s node. Start one with: select start_recording(1); List those that you may play with: select * from archive;';
comment on column recordings.id is 'Id of the recording; GET /recordings/{id} returns the audio.';
comment on column recordings.room_id is 'The room.';
comment on column recordings.started_by is 'The user who started it: the room''s host at that time.';
comment on column recordings.announced_at is 'When it was announced to all participants.';
comment on column recordings.begins_at is 'When it begins: five seconds after the announcement, so that participants may leave before.';
comment on column recordings.started_at is 'When the first audio was written; null before.';
comment on column recordings.ended_at is 'When it ended; null while it runs. UPDATE it to stop the recording.';
comment on column recordings.ended_reason is 'Why it ended; null if a user stopped it.';
comment on column recordings.duration is 'Duration of the audio; null until the file is complete.';
comment on column recordings.bytes is 'Size of the file in bytes; null until the file is complete.';
comment on column recordings.failure is 'What went wrong; null if nothing did. The audio written until then is kept.';
comment on column recordings.continues_id is 'The recording that this one continues, after the room moved to another node.';
comment on column recordings.deleted_at is 'When it was deleted: the file is removed, and the row is kept.';
comment on column recordings.node_id is 'The node that writes it; null while no node is available.';
comment on column recordings.file is 'Name of the file in the folder for recordings. Its first eight characters stand for this database and its copies (recording_file_prefix).';
comment on column recordings.of_original is 'The file was made by the database of which this one is a copy, and is its: relays of this database do not remove it (adopt_recordings).';
comment on constraint recordings_end_after_they_start on recordings is 'A recording ends after it was announced.';
comment on constraint recordings_deleted_ones_have_ended on recordings is 'A deleted recording has ended.';
comment on index recordings_one_at_a_time is 'A room has one running recording at a time; finds it.';
comment on index recordings_by_room is 'Finds the recordings of a room.';
comment on index recordings_by_starter is 'Finds the recordings of a user who is deleted.';
comment on index recordings_by_continued is 'Finds the recording that continues another.';
comment on index recordings_by_end is 'Finds recordings that are old enough to delete.';
comment on index recordings_unmeasured is 'Finds ended recordings whose node did not report their duration.';

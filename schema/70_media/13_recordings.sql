-- What was said in a room, kept as a file by the node that carries it. A row is one file: when the room moves to another
-- node, one recording ends and another continues it.

create table if not exists recordings (
  id           bigint generated always as identity primary key,
  room_id      bigint not null references rooms on delete cascade,
  started_by   bigint not null default acting_user() references users on delete cascade,
  announced_at timestamptz not null default clock_timestamp(),
  begins_at    timestamptz not null default clock_timestamp() + interval '5 seconds',
  started_at   timestamptz,
  ended_at     timestamptz constraint recordings_end_after_they_start check (ended_at >= announced_at),
  ended_reason text,
  duration     interval constraint recordings_last_some_time check (duration >= interval '0'),
  bytes        bigint constraint recordings_have_a_size check (bytes >= 0),
  failure      text,
  continues_id bigint references recordings on delete set null,
  deleted_at   timestamptz constraint recordings_end_before_they_go check (deleted_at is null or ended_at is not null),
  node_id      text,
  file         text not null constraint recordings_file_is_their_own unique
               constraint recordings_file_is_a_name check (file ~ '^[0-9a-f]{8}-[0-9a-f-]{36}\.ogg$')
);
create unique index if not exists recordings_one_at_a_time on recordings (room_id) where ended_at is null;
create index if not exists recordings_by_room on recordings (room_id, id);
create index if not exists recordings_by_starter on recordings (started_by);
create index if not exists recordings_by_part on recordings (continues_id) where continues_id is not null;
create index if not exists recordings_by_end on recordings (ended_at) where deleted_at is null;
create index if not exists recordings_unmeasured on recordings (id)
  where started_at is not null and ended_at is not null and duration is null and deleted_at is null;

comment on table recordings is
  'What was said in a room, as files of the node that carries it: select start_recording(1); select * from archive; lists those one may hear.';
comment on column recordings.id is 'Identity; GET /recordings/{id} is the sound.';
comment on column recordings.room_id is 'The room.';
comment on column recordings.started_by is 'Who began it: the room''s host at that time, the acting user.';
comment on column recordings.announced_at is 'When everybody in the room was told.';
comment on column recordings.begins_at is 'When it begins: five seconds later, in which people may leave.';
comment on column recordings.started_at is 'When its first sound was written; null while nothing is.';
comment on column recordings.ended_at is 'When it ended; null while it runs. Set it to stop.';
comment on column recordings.ended_reason is 'Why, if it was not simply stopped.';
comment on column recordings.duration is 'How long the file is; null until it is finished.';
comment on column recordings.bytes is 'How large the file is; null until it is finished.';
comment on column recordings.failure is 'What went wrong, if something did; what had been written until then is there.';
comment on column recordings.continues_id is 'The recording that this one continues, after the room moved to another node.';
comment on column recordings.deleted_at is 'When it was deleted: the row stays, the file goes.';
comment on column recordings.node_id is 'The node that writes it; null while none is there to.';
comment on column recordings.file is 'The file''s name in the folder for recordings: eight digits that stand for this database, and some of its own.';
comment on constraint recordings_end_after_they_start on recordings is 'Time runs forward.';
comment on constraint recordings_end_before_they_go on recordings is 'What is deleted does not run on.';
comment on index recordings_one_at_a_time is 'A room has one recording at a time; finds the running one.';
comment on index recordings_by_room is 'Lists a room''s recordings.';
comment on index recordings_by_starter is 'Finds a user''s recordings when the user is deleted.';
comment on index recordings_by_part is 'Finds what continues a recording.';
comment on index recordings_by_end is 'Finds those that were kept long enough.';
comment on index recordings_unmeasured is 'Finds those whose node could not say how long they are.';

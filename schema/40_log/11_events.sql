create unlogged table if not exists events (
  room_id      bigint not null,
  seq          bigint not null,
  table_name   text not null,
  type         text not null,
  record       jsonb,
  old_record   jsonb,
  recipient    bigint,
  actor        bigint,
  reason       text,
  committed_at timestamptz not null default clock_timestamp(),
  taken_back_at timestamptz,
  primary key (room_id, seq),
  constraint events_records_match_type check (
    type = case when num_nulls(record, old_record) = 2 then '' when old_record is null then 'INSERT' when record is null then 'DELETE' else 'UPDATE' end)
);
-- One short constraint, because PostgreSQL reads its text again for every statement.
do $$
begin
  if exists (select from pg_constraint c where c.conrelid = 'events'::regclass and c.conname = 'events_type_is_known') then
    alter table events drop constraint events_type_is_known, drop constraint events_records_match_type,
      add constraint events_records_match_type check (
        type = case when num_nulls(record, old_record) = 2 then '' when old_record is null then 'INSERT' when record is null then 'DELETE' else 'UPDATE' end);
  end if;
end
$$;
-- An earlier version let deleted messages be read in the log.
do $$
begin
  if not exists (select from pg_attribute a where a.attrelid = 'events'::regclass and a.attname = 'taken_back_at') then
    alter table events add column taken_back_at timestamptz;
    if to_regclass('messages') is not null then
      update events e set taken_back_at = clock_timestamp()
      where e.table_name = 'messages' and e.type = 'INSERT'
        and not exists (select from messages m where m.id = (e.record ->> 'id')::bigint);
    end if;
  end if;
end
$$;
create index if not exists events_by_age on events (committed_at);
create index if not exists events_by_message on events (room_id, ((record ->> 'id')::bigint)) where table_name = 'messages' and type = 'INSERT';
create index if not exists events_by_caption on events (room_id, ((record ->> 'id')::bigint)) where table_name = 'captions' and type <> 'DELETE';
create index if not exists events_by_change_of_room on events (room_id, seq) where table_name = 'rooms' and type = 'UPDATE';
alter table events set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 1);

comment on table events is 'The log of each room: what changed, in the order of commits. All streams are read from this table.';
comment on column events.room_id is 'The room.';
comment on column events.seq is 'Position in the room''s log, without gaps, from 1.';
comment on column events.table_name is 'The table that changed; the name of the event on a stream.';
comment on column events.type is 'INSERT, UPDATE or DELETE.';
comment on column events.record is 'The row as it became; null for DELETE.';
comment on column events.old_record is 'The row as it was; null for INSERT.';
comment on column events.recipient is 'The only user who receives it; null: all participants.';
comment on column events.actor is 'The user who made the change; null for the system or an operator.';
comment on column events.reason is 'Why a participant left: left, timeout, removed, room ended.';
comment on column events.committed_at is 'When it was logged, at commit.';
comment on column events.taken_back_at is
  'When the message in it was deleted: from then on users cannot read it. The record stays for reports until the event is deleted.';
comment on constraint events_records_match_type on events is 'INSERT has no old record, DELETE no record, UPDATE both.';
comment on index events_by_age is 'Finds events that are old enough to delete.';
comment on index events_by_caption is 'Finds the events with the words of a caption that is deleted or reported.';
comment on index events_by_change_of_room is 'Finds, at each reading of a log, since when the room is not only for invited users.';
comment on index events_by_message is 'Finds the event of a message that is deleted.';

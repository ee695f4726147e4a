create unlogged table if not exists events (
  room_id      bigint not null,
  seq          bigint not null,
  table_name   text not null,
  type         text not null
               constraint events_type_is_known check (type in ('INSERT', 'UPDATE', 'DELETE')),
  record       jsonb,
  old_record   jsonb,
  recipient    bigint,
  actor        bigint,
  reason       text,
  committed_at timestamptz not null default clock_timestamp(),
  taken_back_at timestamptz,
  primary key (room_id, seq),
  constraint events_records_match_type check ((type = 'INSERT') = (old_record is null) and (type = 'DELETE') = (record is null))
);
-- Installed when messages that were taken back could still be read here.
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
create index if not exists events_by_change_of_room on events (room_id, seq) where table_name = 'rooms' and type = 'UPDATE';
alter table events set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 1);

comment on table events is 'Each room''s log: what changed, in commit order. Streams are read from here and from nowhere else.';
comment on column events.room_id is 'The room.';
comment on column events.seq is 'Position in the room''s log, without gaps, from 1.';
comment on column events.table_name is 'The table that changed; the name of the event on a stream.';
comment on column events.type is 'INSERT, UPDATE or DELETE.';
comment on column events.record is 'The row as it became; null for DELETE.';
comment on column events.old_record is 'The row as it was; null for INSERT.';
comment on column events.recipient is 'The only user it is meant for; null for everyone in the room.';
comment on column events.actor is 'Who did it; null for the system or an operator.';
comment on column events.reason is 'Why a seat was given up: left, timeout, removed, room ended.';
comment on column events.committed_at is 'When it was logged, at commit.';
comment on column events.taken_back_at is
  'When what it tells was taken back: from then on nobody reads it any more. The record stays for reports until the log forgets it.';
comment on constraint events_records_match_type on events is 'INSERT has no old row, DELETE no new one, UPDATE both.';
comment on index events_by_age is 'Finds what is too old to keep.';
comment on index events_by_change_of_room is 'Finds since when a room is no longer for the invited only, at every reading of its log.';
comment on index events_by_message is 'Finds the event that told of a message, when it is taken back.';

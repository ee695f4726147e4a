-- A table of its own: if existing rows were counted instead, a user who deletes rows could write without limit.
-- UNLOGGED: after a crash every pace starts from zero.

do $$
begin
  -- An earlier version stored an array of times. Its contents are not needed.
  if exists (select from pg_attribute a where a.attrelid = to_regclass('roomtone.paces') and a.attname = 'recent' and not a.attisdropped) then
    drop function if exists next_pace(bigint, bigint, text, int);
    drop table paces;
  end if;
end
$$;

create unlogged table if not exists paces (
  room_id    bigint not null,
  user_id    bigint not null,
  kind       text not null,
  settled_at timestamptz not null,
  last_at    timestamptz not null,
  primary key (room_id, user_id, kind)
);
alter table paces set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

comment on table paces is 'How fast each user writes, for rate limits and slow mode. One row for each room (or 0), user and kind of row.';
comment on column paces.room_id is 'The room, for paces that are counted per room; otherwise 0.';
comment on column paces.user_id is 'The user who writes; 0 for an anonymous user.';
comment on column paces.kind is 'What is counted: new rows of this table, or changes; for new users, with the address they came from.';
comment on column paces.settled_at is
  'Each written row adds a fixed time to this. A row is refused when it would be too far in the future. (A leaky bucket.)';
comment on column paces.last_at is 'When the user last wrote.';

-- A row of its own, because counting what is there would let whoever deletes it again write without end. UNLOGGED:
-- after a crash everybody begins anew.

do $$
begin
  -- Installed when a pace was an array of moments; nothing is lost with it.
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

comment on table paces is 'How fast users write: what the limits and slow mode are measured by. One row for each user and kind, however much is written.';
comment on column paces.room_id is 'The room, where the pace is the room''s; 0 elsewhere.';
comment on column paces.user_id is 'Whose pace it is.';
comment on column paces.kind is 'The table that is written.';
comment on column paces.settled_at is
  'Each row written costs some time, and this is when all of it has passed; a row is refused when that is too far ahead of the clock.';
comment on column paces.last_at is 'When they last wrote.';

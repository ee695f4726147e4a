create unlogged table if not exists logs (
  room_id     bigint primary key,
  epoch       bigint not null,
  head_seq    bigint not null default 0,
  hallway_seq bigint not null default 0,
  tail_seq    bigint not null default 0
);
alter table logs alter column epoch drop default;
alter table logs set (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

comment on table logs is
  'The head of each room''s log. Bumped under its row lock at commit, so events have no gaps and stand in commit order; a sequence would promise neither.';
comment on column logs.room_id is 'The room.';
comment on column logs.epoch is
  'One life of one room''s log: milliseconds since 1970 at its birth, then five digits of the room. A crash empties UNLOGGED tables, and the new epoch unmasks every old cursor, and every other room''s.';
comment on column logs.head_seq is 'Position of the newest event.';
comment on column logs.hallway_seq is 'Position of the newest event that changed the room''s row in the hallway.';
comment on column logs.tail_seq is 'Position of the newest event no longer kept; a cursor before it gets a snapshot.';

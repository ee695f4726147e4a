-- UNLOGGED, as nodes: after a crash the node of the stage writes it anew with the next change.
create unlogged table if not exists speakers (
  room_id    bigint primary key,
  users      bigint[] not null constraint speakers_are_at_most_fifty check (cardinality(users) <= 50),
  changed_at timestamptz not null default clock_timestamp()
);
alter table speakers set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

comment on table speakers is
  'Who speaks in which room, for those who listen through an edge: its mix does not say whose voices are in it. Written by the node of the stage, only while an edge has listeners there.';
comment on column speakers.room_id is 'The room.';
comment on column speakers.users is 'Who speaks now, by user.';
comment on column speakers.changed_at is 'Since when.';
comment on constraint speakers_are_at_most_fifty on speakers is 'At most 50 speak at the same time.';

-- UNLOGGED, as nodes are: after a crash the nodes register again, and their rooms are given out anew.
create unlogged table if not exists assignments (
  room_id     bigint primary key,
  node_id     text not null,
  peer_id     uuid not null default gen_random_uuid() constraint assignments_peer_id_is_unique unique,
  assigned_at timestamptz not null default clock_timestamp()
);
create index if not exists assignments_by_node on assignments (node_id);
alter table assignments set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);

comment on table assignments is 'Which media node carries which room''s audio. Given out by the database; each stands for a seat of the node in that room.';
comment on column assignments.room_id is 'The room; its topology says which kind of node.';
comment on column assignments.node_id is 'The node: nodes.id.';
comment on column assignments.peer_id is 'The session of the node''s seat.';
comment on column assignments.assigned_at is 'Since when.';
comment on index assignments_by_node is 'Finds a node''s rooms.';

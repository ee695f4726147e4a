-- UNLOGGED, as nodes: after a crash the nodes register again, and rooms are assigned again.
create unlogged table if not exists assignments (
  room_id     bigint primary key,
  node_id     text not null,
  peer_id     uuid not null default gen_random_uuid() constraint assignments_peer_id_is_unique unique,
  assigned_at timestamptz not null default clock_timestamp()
);
create index if not exists assignments_by_node on assignments (node_id);
alter table assignments set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);

comment on table assignments is 'Which media node hosts the audio of which room. Assigned by the database; for each row the node has a seat in the room.';
comment on column assignments.room_id is 'The room; its topology is the kind of node.';
comment on column assignments.node_id is 'The node: nodes.id.';
comment on column assignments.peer_id is 'The peer_id of the node''s seat.';
comment on column assignments.assigned_at is 'Since when the node hosts the room.';
comment on index assignments_by_node is 'Finds the rooms of a node.';

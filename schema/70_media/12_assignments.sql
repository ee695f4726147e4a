-- UNLOGGED, as nodes: after a crash the nodes register again, and rooms are assigned again.
create unlogged table if not exists assignments (
  room_id     bigint,
  node_id     text not null,
  peer_id     uuid not null default gen_random_uuid() constraint assignments_peer_id_is_unique unique,
  assigned_at timestamptz not null default clock_timestamp(),
  primary key (room_id, node_id)
);
-- In a database where a room had one node, for all its people.
do $$
begin
  if (select cardinality(c.conkey) from pg_constraint c where c.conrelid = 'assignments'::regclass and c.contype = 'p') = 1 then
    alter table assignments drop constraint assignments_pkey, add primary key (room_id, node_id);
  end if;
end
$$;
alter table assignments add column if not exists serves text not null default 'stage'
  constraint assignments_serves_is_known check (serves in ('stage', 'audience'));
-- A row that serves an audience is locked only with the lock on the room's log, because joins change it.
alter table assignments add column if not exists listeners int not null default 0;
create unique index if not exists assignments_one_stage on assignments (room_id) where serves = 'stage';
create index if not exists assignments_by_node on assignments (node_id);
alter table assignments set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);

comment on table assignments is 'Which media nodes serve which room. Assigned by the database; for each row the node has a seat in the room.';
comment on column assignments.room_id is 'The room.';
comment on column assignments.node_id is 'The node: nodes.id.';
comment on column assignments.peer_id is 'The peer_id of the node''s seat.';
comment on column assignments.assigned_at is 'Since when the node serves the room.';
comment on column assignments.serves is
  'stage: the node, of the kind of the room''s topology, receives all who speak, and sends to all who have no edge; audience: an edge, or a node of another stage, which sends the room''s mix to the listeners whose seat names it (participants.edge).';
comment on column assignments.listeners is 'How many seats of the room name this edge. Changed with the lock on the room''s log.';
comment on constraint assignments_serves_is_known on assignments is 'A node serves the stage or the audience.';
comment on index assignments_one_stage is 'A room has one node for its stage.';
comment on index assignments_by_node is 'Finds the rooms of a node.';

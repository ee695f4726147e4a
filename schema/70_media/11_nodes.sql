create unlogged table if not exists nodes (
  id           text primary key constraint nodes_id_is_short check (length(id) between 1 and 80),
  kind         text not null
               constraint nodes_kind_is_known check (kind in ('relay', 'bot', 'sfu', 'mcu', 'edge')),
  address      text,
  started_at   timestamptz not null default now(),
  heartbeat_at timestamptz not null default now(),
  user_id      bigint,
  capacity     int constraint nodes_capacity_is_positive check (capacity > 0)
);
-- Processes of releases without revisions do not say theirs.
alter table nodes add column if not exists revision int not null default coalesce(nullif(current_setting('roomtone.revision', true), ''), '1')::int;
alter table nodes add column if not exists looked_at timestamptz;
do $$
begin
  if not exists (select from pg_constraint c where c.conrelid = 'nodes'::regclass and c.conname = 'nodes_kind_is_known'
                   and pg_get_constraintdef(c.oid) like '%edge%') then
    alter table nodes drop constraint nodes_kind_is_known,
      add constraint nodes_kind_is_known check (kind in ('relay', 'bot', 'sfu', 'mcu', 'edge'));
  end if;
end
$$;
alter table nodes set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

comment on table nodes is 'Running processes and their leases. When the heartbeat of a process stops, the relays delete its seats.';
comment on column nodes.id is 'Id of one run of one process.';
comment on column nodes.kind is 'relay, bot (a process that takes part in rooms through the database), sfu or mcu (media nodes of a room''s stage; of another room''s audience where that has more than its own node has capacity for), or edge (a media node that sends a room''s mix to listeners).';
comment on column nodes.address is 'Where the process runs: the address a relay listens on, or host name and process id. Only the operator can read it (`:relays` in psql).';
comment on column nodes.started_at is 'When the process started.';
comment on column nodes.heartbeat_at is 'When the process last renewed its lease. Heartbeats send no notification.';
comment on column nodes.user_id is 'The user (of kind node) as whom a media node takes seats. Null for relays and bots.';
comment on column nodes.capacity is 'How many streams of audio a media node sends at most: an sfu one of each speaker to each person (streams_needed), an mcu one to each person, and all of them one to each listener whom they serve as an edge. Null for relays and bots.';
comment on column nodes.looked_at is 'When a heartbeat of this node last looked for misplaced rooms and listeners (assign_nodes): one node does it for all, about once a second.';
comment on column nodes.revision is 'The revision of the schema that the process was written for.';
comment on constraint nodes_capacity_is_positive on nodes is 'A media node sends at least one stream.';

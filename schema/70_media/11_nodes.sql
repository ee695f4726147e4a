create unlogged table if not exists nodes (
  id           text primary key constraint nodes_id_is_short check (length(id) between 1 and 80),
  kind         text not null
               constraint nodes_kind_is_known check (kind in ('relay', 'bot', 'sfu', 'mcu')),
  address      text,
  started_at   timestamptz not null default now(),
  heartbeat_at timestamptz not null default now(),
  user_id      bigint,
  capacity     int constraint nodes_capacity_is_positive check (capacity > 0)
);
-- Installed before bots had leases.
alter table nodes drop constraint if exists nodes_kind_is_known,
  add constraint nodes_kind_is_known check (kind in ('relay', 'bot', 'sfu', 'mcu'));
-- Installed before there were media nodes.
alter table nodes add column if not exists user_id bigint;
alter table nodes add column if not exists capacity int constraint nodes_capacity_is_positive check (capacity > 0);
alter table nodes set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

comment on table nodes is 'Leases of running processes: whoever''s heartbeat stops loses their seats to the relays'' broom.';
comment on column nodes.id is 'A name for one run of one process.';
comment on column nodes.kind is 'relay, bot (a process that sits in rooms over the database), or the media nodes sfu and mcu.';
comment on column nodes.address is 'Where it can be reached, for people who look.';
comment on column nodes.started_at is 'When this run began.';
comment on column nodes.heartbeat_at is 'Its last sign of life. Never rings a bell.';
comment on column nodes.user_id is 'Whose seats a media node takes: a user of kind node. Null for a relay.';
comment on column nodes.capacity is 'How many rooms a media node takes at most. Null for a relay.';
comment on constraint nodes_capacity_is_positive on nodes is 'A node that takes no room need not run.';

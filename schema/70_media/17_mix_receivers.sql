-- UNLOGGED, as nodes: after a crash those who receive ask again.
create unlogged table if not exists mix_receivers (
  id       uuid primary key default gen_random_uuid(),
  room_id  bigint not null,
  node_id  text not null,
  address  inet not null,
  port     int not null constraint mix_receivers_port_is_a_port check (port between 1 and 65535),
  key      text not null constraint mix_receivers_key_is_of_srtp check (key ~ '^[A-Za-z0-9+/]{40}$'),
  asked_at timestamptz not null default clock_timestamp()
);
create index if not exists mix_receivers_by_room on mix_receivers (room_id);
alter table mix_receivers set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);

comment on table mix_receivers is 'Which processes receive the mix of which room, by SRTP from the room''s media node: edges, and relays of which people listen without a seat.';
comment on column mix_receivers.id is 'Names the request; its process takes it back by this.';
comment on column mix_receivers.room_id is 'The room.';
comment on column mix_receivers.node_id is 'The process that receives: nodes.id. Without its heartbeats nothing is sent.';
comment on column mix_receivers.address is 'The IP address to which the packets go.';
comment on column mix_receivers.port is 'The UDP port.';
comment on column mix_receivers.key is 'Key and salt of the SRTP, 30 bytes in base64 (RFC 4568, 6.1: AES_CM_128_HMAC_SHA1_80). A secret.';
comment on column mix_receivers.asked_at is 'Since when.';
comment on index mix_receivers_by_room is 'Finds who receives the mix of a room.';
comment on constraint mix_receivers_port_is_a_port on mix_receivers is 'UDP ports are 1 to 65535.';
comment on constraint mix_receivers_key_is_of_srtp on mix_receivers is 'A key is 30 bytes, which are 40 characters of base64.';

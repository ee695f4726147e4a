-- UNLOGGED and without foreign keys: a foreign key to a logged table would make the commit wait for the disk.

create unlogged table if not exists signals (
  id         bigint generated always as identity primary key,
  room_id    bigint not null,
  from_user  bigint not null default acting_user(),
  from_peer  uuid not null,
  to_user    bigint not null,
  to_peer    uuid not null,
  kind       text not null
             constraint signals_kind_is_known check (kind in ('offer', 'answer', 'candidate', 'bye', 'connected')),
  body       jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp()
);
-- tg_signals__guard checks the body: PostgreSQL would read the text of a CHECK again for every statement, which took longer than
-- all else that an insert does.
alter table signals drop constraint if exists signals_body_has_the_w3c_form, drop constraint if exists signals_body_is_limited,
  drop constraint if exists signals_body_is_w3c, drop constraint if exists signals_body_is_bounded; -- so called in release 0.1.0
-- Not compressed, so that pg_column_size is the size of the text, and because compressing rows that are kept for minutes is not worth the time.
alter table signals alter column body set storage external;
create index if not exists signals_between_peers on signals (from_peer, to_peer, id);
create index if not exists signals_to_peer on signals (to_peer, id);
alter table signals set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 1);

comment on table signals is 'Signaling messages (offers, answers, ICE candidates) from one peer_id to another.';
comment on column signals.id is 'Id of the signal; of one sender, ids increase in the order in which signals were sent.';
comment on column signals.room_id is 'The room of sender and recipient.';
comment on column signals.from_user is 'The user who sends: the acting user.';
comment on column signals.from_peer is 'The sender''s session; by default that of the acting user''s seat in the room. A peer_id that is not current is refused.';
comment on column signals.to_user is 'The user whose session to_peer is; filled in by the database.';
comment on column signals.to_peer is 'The session that receives it.';
comment on column signals.kind is 'offer, answer, candidate, bye, or connected (sent by who offered, once audio can flow).';
comment on column signals.body is
  'The dictionary of the W3C''s WebRTC standard, unchanged (4.6.2 RTCSessionDescriptionInit, 4.8.1 RTCIceCandidateInit). Candidates may be sent as an array.';
comment on column signals.created_at is 'When it was sent.';
comment on index signals_between_peers is 'The history of one pair, for the rules of offer and answer.';
comment on index signals_to_peer is 'What waits for one session, for its snapshot.';

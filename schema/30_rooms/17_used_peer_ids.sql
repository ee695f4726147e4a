-- UNLOGGED, as signals are: a reused peer_id could only give away signals, and after a crash there are none.

create unlogged table if not exists used_peer_ids (
  peer_id uuid primary key,
  used_at timestamptz not null default clock_timestamp()
);
create index if not exists used_peer_ids_by_age on used_peer_ids (used_at);
-- For seats from before this table existed, and after a crash emptied it.
insert into used_peer_ids (peer_id) select p.peer_id from participants p where p.peer_id is not null on conflict do nothing;

comment on table used_peer_ids is
  'Every peer_id that a seat has or had, until a day after the seat was deleted. No seat can be taken with one of them, so no user can pretend to be an earlier session.';
comment on column used_peer_ids.peer_id is 'The peer_id.';
comment on column used_peer_ids.used_at is 'When a seat was taken with it, or the seat was deleted.';
comment on index used_peer_ids_by_age is 'Finds those that are old enough to delete.';

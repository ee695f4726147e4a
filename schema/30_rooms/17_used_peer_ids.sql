-- UNLOGGED, as the signals are that an id could give away: after a crash neither is left.

create unlogged table if not exists used_peer_ids (
  peer_id uuid primary key,
  used_at timestamptz not null default clock_timestamp()
);
create index if not exists used_peer_ids_by_age on used_peer_ids (used_at);
-- Seats that were taken before these were written down, or that survived a crash.
insert into used_peer_ids (peer_id) select p.peer_id from participants p where p.peer_id is not null on conflict do nothing;

comment on table used_peer_ids is
  'Every peer_id that was a seat''s, for a day after it was given up, so that nobody takes it again and passes for the session it stood for.';
comment on column used_peer_ids.peer_id is 'The id.';
comment on column used_peer_ids.used_at is 'When a seat was taken under it, or given up.';
comment on index used_peer_ids_by_age is 'Finds those that were given up long enough ago.';

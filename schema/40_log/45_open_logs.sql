create or replace function open_logs(rooms bigint[]) returns void
language sql
begin atomic
  -- After a crash seats still exist, with their seq of the lost log. The new log begins with a larger seq, so that
  -- the next participant to join is still the newcomer.
  insert into logs (room_id, epoch, head_seq, tail_seq, here, on_stage, hands, counts_seq, counted, opened_in)
  select r.id, (extract(epoch from clock_timestamp()) * 1000)::bigint * 100000 + r.id % 100000,
         coalesce(seats.newest, 0), coalesce(seats.newest, 0), counts.here, counts.on_stage, counts.hands, coalesce(seats.newest, 0),
         exists (select from rooms x where x.id = r.id and x.roster = 'counted'), pg_current_xact_id()
  from unnest(open_logs.rooms) r (id)
  cross join lateral (select max(p.seq) as newest from participants p where p.room_id = r.id) seats
  cross join lateral seat_counts(r.id) counts
  where not exists (select from logs l where l.room_id = r.id)
  on conflict do nothing;
end;

comment on function open_logs(bigint[]) is 'Creates the logs of these rooms that have none, each with a new epoch, and counts their seats.';

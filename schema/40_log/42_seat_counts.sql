create or replace function seat_counts(room_id bigint, out here int, out on_stage int, out hands int)
language sql stable
return (
  select row(count(*)::int, (count(*) filter (where p.role <> 'AUDIENCE'))::int, (count(*) filter (where p.hand_raised_at is not null))::int)
  from participants p
  where p.room_id = seat_counts.room_id and p.peer_id is not null and p.kind in ('person', 'bot'));

comment on function seat_counts(bigint) is 'How many people and bots are in a room, on its stage, and with a raised hand, counted from the seats. logs has the same numbers as counters.';

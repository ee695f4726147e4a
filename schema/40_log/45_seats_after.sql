-- The log holds changes, not states, and only of the last hour. That is enough: a seat that changed since then has an event
-- with its old record, and a seat without events is still as it is in participants.

create or replace function seats_after(room_id bigint, seq bigint) returns setof jsonb
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  with kept as (
    select (coalesce(e.record, e.old_record) ->> 'user_id')::bigint as user_id, e.seq, e.record, e.old_record
    from events e where e.room_id = seats_after.room_id and e.table_name = 'participants'
  ), seats as (
    -- each seat after its last event up to seq, or else before its first event after seq
    (select distinct on (k.user_id) k.user_id, k.record from kept k
     where k.seq <= seats_after.seq order by k.user_id, k.seq desc)
    union all
    (select distinct on (k.user_id) k.user_id, k.old_record from kept k
     where k.seq > seats_after.seq
       and not exists (select from kept b where b.user_id = k.user_id and b.seq <= seats_after.seq)
     order by k.user_id, k.seq)
    union all
    select p.user_id, seat_record(p) from participants p
    where p.room_id = seats_after.room_id and not exists (select from kept k where k.user_id = p.user_id)
  )
  select s.record from seats s where s.record ->> 'peer_id' is not null order by (s.record ->> 'seq')::bigint;
end;

comment on function seats_after(bigint, bigint) is
  'The seats in the room as they were after the event with this seq, in the order in which they joined. Correct for every seq from tail_seq on.';

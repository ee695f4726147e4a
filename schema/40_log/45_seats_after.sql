-- The log tells what changed and not how things stood, and keeps the last hour only. Still nothing is lost between
-- its tail and now: whoever changed in that time has an event that says how they were before, and whoever has none
-- sits there as they sit now.

create or replace function seats_after(room_id bigint, seq bigint) returns setof jsonb
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  with kept as (
    select (coalesce(e.record, e.old_record) ->> 'user_id')::bigint as user_id, e.seq, e.record, e.old_record
    from events e where e.room_id = seats_after.room_id and e.table_name = 'participants'
  ), stood as (
    -- after their last event up to there, or else before their first one after it
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
  select s.record from stood s where s.record ->> 'peer_id' is not null order by (s.record ->> 'seq')::bigint;
end;

comment on function seats_after(bigint, bigint) is
  'The records of those who sat in the room after the event of this seq, in join order; true from the log''s tail on.';

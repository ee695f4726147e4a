create or replace function relay_why_seat_was_lost(room_id bigint, user_id bigint, peer_id uuid, epoch bigint, after bigint) returns text
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  with seat as (
    select e.seq, (e.record ->> 'peer_id')::uuid as peer_id, e.reason from events e
    where e.room_id = relay_why_seat_was_lost.room_id and e.table_name = 'participants'
      and (coalesce(e.record, e.old_record) ->> 'user_id')::bigint = relay_why_seat_was_lost.user_id
  ), session as (
    -- If the log does not reach back to the position, the session's first event.
    select case when l.epoch = relay_why_seat_was_lost.epoch and l.tail_seq <= relay_why_seat_was_lost.after
                then relay_why_seat_was_lost.after
                else (select min(s.seq) from seat s where s.peer_id = relay_why_seat_was_lost.peer_id) end as seq
    from logs l where l.room_id = relay_why_seat_was_lost.room_id
  )
  select case when s.peer_id is null
              then seat_loss_reason(relay_why_seat_was_lost.room_id, relay_why_seat_was_lost.user_id, s.reason)
              else 'taken over' end
  from seat s join session on s.seq > session.seq
  where s.peer_id is distinct from relay_why_seat_was_lost.peer_id
  order by s.seq limit 1;
end;

comment on function relay_why_seat_was_lost(bigint, bigint, uuid, bigint, bigint) is
  'Why this user''s seat is no longer this session''s, by the first such event after this position; null if the log cannot tell. A user without a seat may not read the log, and this tells nothing else of it.';

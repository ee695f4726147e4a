create or replace function relay_why_seat_was_lost(room_id bigint, user_id bigint, peer_id uuid) returns text
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  -- Not after a position: the session may have read this event and still not know that it is its end.
  select case when e.record ->> 'peer_id' is null
              then seat_loss_reason(relay_why_seat_was_lost.room_id, relay_why_seat_was_lost.user_id, e.reason)
              else 'taken over' end
  from events e
  where e.room_id = relay_why_seat_was_lost.room_id and e.table_name = 'participants'
    and (e.old_record ->> 'user_id')::bigint = relay_why_seat_was_lost.user_id
    and (e.old_record ->> 'peer_id')::uuid = relay_why_seat_was_lost.peer_id
    and (e.record ->> 'peer_id')::uuid is distinct from relay_why_seat_was_lost.peer_id
  order by e.seq limit 1;
end;

comment on function relay_why_seat_was_lost(bigint, bigint, uuid) is
  'Why this user''s seat is no longer this session''s, by the event in which it was; null if the log does not have it (any more). A user without a seat may not read the log, and this tells nothing else of it.';

create or replace function leave_room(room_id bigint, peer_id uuid default null) returns boolean
language sql
begin atomic
  -- The host's row stays with a null peer_id, so the number of deleted rows does not say whether the user was in the room.
  with seat as materialized (
    select p.user_id, p.room_id from roomtone.participants p
    where p.room_id = leave_room.room_id and p.user_id = acting_user() and p.peer_id is not null
      and (leave_room.peer_id is null or p.peer_id = leave_room.peer_id)
  ), deleted as (
    delete from roomtone.participants p using seat s where p.room_id = s.room_id and p.user_id = s.user_id
  )
  select exists (select from seat);
end;

comment on function leave_room(bigint, uuid) is
  'Leave a room; false if you were not in it. With a peer_id, only if your seat still has it, so that an old tab does not end the session of a newer one.';

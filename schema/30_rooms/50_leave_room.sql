create or replace function leave_room(room_id bigint, peer_id uuid default null) returns boolean
language sql
begin atomic
  -- The host's row stays with a null peer_id (and reports no deletion), so what is asked is: was I here?
  with mine as materialized (
    select p.user_id, p.room_id from roomtone.participants p
    where p.room_id = leave_room.room_id and p.user_id = acting_user() and p.peer_id is not null
      and (leave_room.peer_id is null or p.peer_id = leave_room.peer_id)
  ), gone as (
    delete from roomtone.participants p using mine m where p.room_id = m.room_id and p.user_id = m.user_id
  )
  select exists (select from mine);
end;

comment on function leave_room(bigint, uuid) is
  'Leave quietly; false if you were not there. With a peer_id, only if the seat is still that session''s: an old tab cannot unseat a newer one.';

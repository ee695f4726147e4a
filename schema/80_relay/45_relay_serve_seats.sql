create or replace function relay_serve_seats(node text, peers uuid[]) returns setof uuid
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  -- Seats that are locked by another transaction are skipped, so that an open transaction in psql does not block the other seats. The
  -- relay tries them again.
  with free as materialized (
    select p.room_id, p.user_id from participants p
    where p.peer_id = any (relay_serve_seats.peers) for no key update skip locked
  )
  update participants p set served_by = relay_serve_seats.node, expires_at = null
  from free f where p.room_id = f.room_id and p.user_id = f.user_id
  returning p.peer_id;
end;

comment on function relay_serve_seats(text, uuid[]) is
  'The relay serves these sessions the events of their rooms: their seats do not expire. Returns the sessions whose seat was updated; relay_seated says which of the others still have a seat.';

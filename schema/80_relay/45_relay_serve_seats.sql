create or replace function relay_serve_seats(node text, peers uuid[]) returns setof uuid
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  -- A seat that an open transaction holds, in psql perhaps, would hold up everybody else's: it is passed over
  -- here and below, and the relay tries again.
  with free as materialized (
    select p.room_id, p.user_id from participants p
    where p.peer_id = any (relay_serve_seats.peers) for no key update skip locked
  )
  update participants p set served_by = relay_serve_seats.node, expires_at = null
  from free f where p.room_id = f.room_id and p.user_id = f.user_id
  returning p.peer_id;
end;

comment on function relay_serve_seats(text, uuid[]) is
  'These sessions follow their room through this relay; returns those whose seat was stamped. What became of the others, relay_seated tells.';

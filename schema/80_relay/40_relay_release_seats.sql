create or replace function relay_release_seats(node text, peers uuid[], grace interval) returns setof uuid
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  with free as materialized (
    select p.room_id, p.user_id, p.peer_id from participants p
    where p.peer_id = any (relay_release_seats.peers) and p.served_by = relay_release_seats.node and p.expires_at is null
    for no key update skip locked
  ), stamped as (
    update participants p set expires_at = clock_timestamp() + relay_release_seats.grace
    from free f where p.room_id = f.room_id and p.user_id = f.user_id
  )
  select p.peer_id from participants p
  where p.peer_id = any (relay_release_seats.peers) and p.served_by = relay_release_seats.node and p.expires_at is null
    and p.peer_id not in (select f.peer_id from free f);
end;

comment on function relay_release_seats(text, uuid[], interval) is
  'The relay no longer serves these sessions: the grace period of their seats begins. Returns those whose seat is locked by another transaction, which the relay tries again.';

create or replace function relay_end_lease(node text, grace interval) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  delete from nodes where id = relay_end_lease.node;
  with free as materialized (
    select p.room_id, p.user_id from participants p
    where p.served_by = relay_end_lease.node and p.expires_at is null for no key update skip locked
  )
  update participants p set expires_at = clock_timestamp() + relay_end_lease.grace
  from free f where p.room_id = f.room_id and p.user_id = f.user_id;
end;

comment on function relay_end_lease(text, interval) is
  'A relay stops: its lease ends, and the grace period of its seats begins, in which their clients may reconnect to another relay. Locked seats are left to relay_expire_orphaned_seats.';

create or replace function relay_end_lease(node text, grace interval) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  delete from nodes where id = relay_end_lease.node;
  select relay_release_all_seats(relay_end_lease.node, relay_end_lease.grace);
end;

comment on function relay_end_lease(text, interval) is
  'A relay stops: its lease ends, and the grace period of its seats begins, in which their clients may reconnect to another relay. Locked seats are left to relay_expire_orphaned_seats.';

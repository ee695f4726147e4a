create or replace function relay_release_all_seats(node text, grace interval) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  with free as materialized (
    select p.room_id, p.user_id from participants p
    where p.served_by = relay_release_all_seats.node and p.expires_at is null for no key update skip locked
  )
  update participants p set expires_at = clock_timestamp() + relay_release_all_seats.grace
  from free f where p.room_id = f.room_id and p.user_id = f.user_id;
end;

comment on function relay_release_all_seats(text, interval) is
  'The grace period of all seats that this process serves begins. Locked seats are left to relay_expire_orphaned_seats.';

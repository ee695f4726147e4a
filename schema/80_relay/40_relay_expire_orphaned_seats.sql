create or replace function relay_expire_orphaned_seats(dead_after interval, grace interval) returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  select resume_leases();
  -- The grace period begins with the relay's last heartbeat. If that is unknown (a crash emptied `nodes`) it begins now, so that
  -- relays which register again in time keep their seats.
  with orphans as materialized (
    select p.room_id, p.user_id from participants p
    where p.expires_at is null and p.served_by is not null
      and not exists (select from nodes n where n.id = p.served_by
                      and n.heartbeat_at > clock_timestamp() - relay_expire_orphaned_seats.dead_after)
    for no key update of p skip locked
  )
  update participants p
  set expires_at = coalesce((select n.heartbeat_at from nodes n where n.id = p.served_by), clock_timestamp()) + relay_expire_orphaned_seats.grace
  from orphans o where p.room_id = o.room_id and p.user_id = o.user_id;
  -- Every node does the same with each heartbeat.
  select assign_nodes() where not exists (select from living_nodes());
  delete from nodes where kind in ('relay', 'bot') and heartbeat_at < clock_timestamp() - interval '1 minute';
end;

comment on function relay_expire_orphaned_seats(interval, interval) is 'Begins the grace period of seats whose relay or bot process has sent no heartbeat for `dead_after`. While no media node lives, assigns rooms (assign_nodes): automatic ones become a mesh. Deletes leases that ended a minute ago.';

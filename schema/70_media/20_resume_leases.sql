-- Nobody could write a heartbeat while the database was read-only, or stopped, or while its machine slept. Who was alive before is not
-- dead after it: whichever process comes first would otherwise expire the seats of all others.

create or replace function resume_leases() returns void
language plpgsql security definer set search_path = roomtone, pg_temp as $$
declare
  silent_since timestamptz := (select max(n.heartbeat_at) from nodes n);
  silence interval := clock_timestamp() - silent_since;
begin
  -- Each process writes one every second, and an edge is dead after two. After half an hour, nobody waits any more.
  if silence is null or silence not between interval '1.5 seconds' and interval '30 minutes'
     or not pg_try_advisory_xact_lock(hashtext('roomtone resume leases')) then
    return;
  end if;
  silent_since := (select max(n.heartbeat_at) from nodes n); -- another process may have done it since
  silence := clock_timestamp() - silent_since;
  if silence < interval '1.5 seconds' then
    return;
  end if;
  update nodes n set heartbeat_at = clock_timestamp()
  where n.id in (
    select x.id from nodes x where x.heartbeat_at > silent_since - interval '2 seconds' for no key update skip locked);
  with ending as materialized (
    select p.room_id, p.user_id from participants p where p.expires_at > silent_since for no key update skip locked
  )
  update participants p set expires_at = p.expires_at + silence
  from ending e where p.room_id = e.room_id and p.user_id = e.user_id;
end
$$;

comment on function resume_leases() is
  'After a time in which no process wrote a heartbeat: renews the leases of those that were alive when it began, and extends the grace periods that ran then by its length. To be called before anything is decided by heartbeats.';

-- Every process calls it when it starts and with each heartbeat, because a database can be replaced under processes that run.

create or replace function notice_copy() returns boolean
language plpgsql volatile security definer set search_path = roomtone, pg_temp as $$
declare
  here constant database_marks := database_mark();
  copied boolean := is_copy();
begin
  if not copied then
    return false;
  end if;
  perform pg_advisory_xact_lock(hashtext('roomtone notice copy'));
  copied := is_copy();
  if not copied then
    return false; -- another process has noticed it meanwhile
  end if;
  if copied and (
    select (m.system_identifier, m.database_oid) <> (here.system_identifier, here.database_oid)
    from database_marks m order by m.noticed_at desc limit 1
  ) then
    -- The original may be in use, with the same folder.
    update recordings r set of_original = true where r.deleted_at is null and not r.of_original;
  end if;
  insert into database_marks (system_identifier, database_oid, logs_oid)
  values (here.system_identifier, here.database_oid, here.logs_oid)
  -- pg_restore makes the primary key after it has filled all tables. Until then this fails, so that no mark of a half-restored
  -- database hides that it is one.
  on conflict (noticed_at) do nothing;
  if copied is null then
    return false;
  end if;
  -- As after a crash: the logs that begin now have other epochs, so cursors of the original, and of this database before the
  -- restore, are recognised. Writers wait for the locks, so no event stays without its log.
  perform empty_logs();
  -- Nobody could follow meanwhile, so grace periods that ran in the backup, such as those between two polls, begin anew: the process that
  -- served these seats is none that lives (relay_expire_orphaned_seats).
  with ending as materialized (
    select p.room_id, p.user_id from participants p
    where p.expires_at is not null and p.served_by is not null for no key update skip locked
  )
  update participants p set expires_at = null, served_by = 'before the restoration'
  from ending e where p.room_id = e.room_id and p.user_id = e.user_id;
  -- Who has signed out since the backup stays signed out: tokens from before are no longer valid.
  delete from secrets s where s.name = 'jwt';
  -- Also where relays have a key of the operator's: an access token that was revoked since the backup stays revoked.
  delete from access_tokens a where a.expires_at > now();
  -- The sessions of all browsers have ended, so no browser is notified; above all not by a copy. The pages subscribe again. The key stays.
  delete from push_occasions o where o.id is not null;
  delete from push_subscriptions s where s.id is not null;
  -- And what was used since the backup does not count again.
  delete from recovery_links l where l.used_at is null;
  delete from passkey_challenges c where c.used_at is null;
  return true;
end
$$;

comment on function notice_copy() is
  'Whether this database was restored from a backup, or copied, since the last call. Then all logs begin anew, so that old cursors get a snapshot; the key that signs tokens is replaced, access tokens are revoked, no browser is subscribed to pushes any more, grace periods of seats begin anew, recovery links no longer count; and in another database than before, files of recordings are the original''s (recordings.of_original).';

do $$
begin
  perform notice_copy();
end
$$;

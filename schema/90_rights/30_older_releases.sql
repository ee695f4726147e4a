-- Until the last process of release 0.1.0 has stopped, relays and users may call what it and its pages call. In a new database there
-- is none of it.

do $$
declare
  older regprocedure;
begin
  for older in
    select p.oid from pg_proc p
    where p.pronamespace = 'roomtone'::regnamespace and p.proname in (
      'node_goodbye', 'node_recording_moves', 'relay_follow', 'relay_goodbye', 'relay_lapse_orphans', 'relay_reap_one_room',
      'relay_recording_measured', 'relay_recordings_gone', 'relay_tend_recordings', 'relay_tidy', 'relay_unfollow', 'relay_watch',
      'schema_fingerprint')
  loop
    execute format('grant execute on function %s to roomtone_relay', older);
  end loop;
  for older in
    select p.oid from pg_proc p where p.pronamespace = 'roomtone'::regnamespace and p.proname in ('found_club', 'slow_mode')
  loop
    execute format('grant execute on function %s to roomtone_person', older);
  end loop;
end
$$;

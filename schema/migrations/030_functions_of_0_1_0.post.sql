-- When the last process of release 0.1.0 has stopped. That release also set the search path of the whole database.

drop function if exists
  roomtone.node_goodbye,
  roomtone.node_recording_moves,
  roomtone.relay_follow,
  roomtone.relay_goodbye,
  roomtone.relay_lapse_orphans,
  roomtone.relay_reap_one_room,
  roomtone.relay_recording_measured,
  roomtone.relay_recordings_gone,
  roomtone.relay_tend_recordings,
  roomtone.relay_tidy,
  roomtone.relay_unfollow,
  roomtone.relay_watch,
  roomtone.schema_fingerprint;

do $$
begin
  if exists (select from pg_db_role_setting where setrole = 0 and setdatabase = (select oid from pg_database where datname = current_database())
             and 'search_path=roomtone, public' = any (setconfig))
     and pg_has_role((select datdba from pg_database where datname = current_database()), 'usage') then
    execute format('alter database %I reset search_path', current_database());
  end if;
end
$$;

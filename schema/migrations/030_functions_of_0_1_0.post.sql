-- When the last process of release 0.1.0 has stopped. That release also set the search path of the whole database.

drop function if exists
  roomtone.found_club,
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
  roomtone.schema_fingerprint,
  roomtone.slow_mode;

do $$
declare
  moves text := (select string_agg(m, ' ') from roomtone.reset_search_path() m);
begin
  if moves is not null then
    raise warning '%', format('Release 0.1.0 set the search path of this database, and by it others find what they created in the schema roomtone.'
      ' So it stays. To move that and to take the setting back, run: %s alter database %I reset search_path;', moves, current_database());
  end if;
end
$$;

-- What earlier releases called by other names. It runs before everything else, so that the files after it find only
-- the new names. In a new database it does nothing.

do $$
declare
  old record;
begin
  if to_regnamespace('roomtone') is null then
    return;
  end if;
  -- Triggers and their functions: all of them, whatever they were called. The files in triggers/ create them again.
  for old in
    select t.tgname, t.tgrelid::regclass as on_table from pg_trigger t join pg_proc p on p.oid = t.tgfoid
    where p.pronamespace = 'roomtone'::regnamespace and not t.tgisinternal and t.tgname ~ '^_[0-9]{3}_'
  loop
    execute format('drop trigger %I on %s', old.tgname, old.on_table);
  end loop;
  for old in
    select p.oid::regprocedure as function from pg_proc p
    where p.pronamespace = 'roomtone'::regnamespace and p.prorettype = 'trigger'::regtype and p.proname ~ '^tg_'
      and not exists (select from pg_trigger t where t.tgfoid = p.oid)
  loop
    execute format('drop function %s', old.function);
  end loop;
  -- Columns.
  for old in
    select * from (values ('participants', 'lapses_at', 'expires_at'), ('participants', 'followed_by', 'served_by')
                  ) as renamed (table_name, old_name, new_name)
    where exists (select from pg_attribute a
                  where a.attrelid = to_regclass('roomtone.' || table_name) and a.attname = old_name and not a.attisdropped)
  loop
    execute format('alter table roomtone.%I rename column %I to %I', old.table_name, old.old_name, old.new_name);
  end loop;
end
$$;

-- Functions.
drop function if exists
  roomtone.event_words,
  roomtone.named_parts,
  roomtone.node_goodbye,
  roomtone.node_recording_moves,
  roomtone.part_recording,
  roomtone.recording_mark,
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
  roomtone.require_inviting,
  roomtone.require_signal_bounds,
  roomtone.require_signal_pace,
  roomtone.require_welcome;

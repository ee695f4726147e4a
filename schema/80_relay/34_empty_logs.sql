-- TRUNCATE is quick, however many events there are; a relay's statements have a timeout.

create or replace function empty_logs() returns void
language plpgsql set search_path = roomtone, pg_temp set lock_timeout = '500ms' as $$
begin
  truncate signals, sender_keys, logs, events; -- in the order in which writers lock them
exception when lock_not_available then
  -- An open transaction of another session has read them, pg_dump's perhaps. It may last long, so it is not waited for.
  delete from logs l where true;
  delete from events e where true;
  delete from signals s where true;
  delete from sender_keys k where true;
end
$$;

comment on function empty_logs() is 'Empties the logs, the signals and the keys of senders, as a crash does.';

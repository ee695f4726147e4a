create or replace function require_served() returns void
language plpgsql stable security definer set search_path = roomtone, pg_temp as $$
declare
  -- Release 0.1.0 does not say its revision, and neither does psql.
  own constant int := nullif(current_setting('roomtone.revision', true), '')::int;
  installed constant record := schema_version();
begin
  if own < installed.oldest_relay then
    raise object_not_in_prerequisite_state using
      message    = format('the schema in this database is now that of Roomtone %s, which does not serve this older release any more', installed.version),
      constraint = 'nodes_release_is_served',
      hint       = 'Start that release instead, or a newer one.';
  end if;
end
$$;

comment on function require_served() is
  'Refuses the heartbeat of a process whose release is older than those that the installed schema serves. The process ends then.';

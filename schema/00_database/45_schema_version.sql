create or replace function schema_version(out fingerprint text, out version text, out revision int, out oldest_relay int)
language sql stable security definer set search_path = roomtone, pg_temp
begin atomic
  select i.fingerprint, i.version, i.revision, i.oldest_relay from schema_installs i
  where isfinite(i.installed_at) order by i.installed_at desc limit 1;
end;

comment on function schema_version() is 'What is installed here, and the oldest revision whose relays it serves. All null if nothing is recorded.';

create or replace function schema_fingerprint() returns text
language sql stable security definer set search_path = roomtone, pg_temp
return (select i.fingerprint from schema_installs i order by i.installed_at desc limit 1);

comment on function schema_fingerprint() is 'The fingerprint of the installed schema; null if none is recorded.';

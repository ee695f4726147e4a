-- Processes of release 0.1.0 do not ask relay_rows_since, so their heartbeat notices a copy.
create or replace function relay_heartbeat(node text, address text, kind text default 'relay') returns void
language sql security definer set search_path = roomtone, pg_temp
begin atomic
  select require_served();
  select notice_copy();
  select resume_leases();
  insert into nodes (id, kind, address) values (relay_heartbeat.node, relay_heartbeat.kind, relay_heartbeat.address)
  on conflict (id) do update set heartbeat_at = clock_timestamp(), address = excluded.address;
end;

comment on function relay_heartbeat(text, text, text) is
  'Begins or renews the lease of a relay, or of a bot process that takes part in rooms through the database.';

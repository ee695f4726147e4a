-- NOTIFY makes commits wait in line (PostgreSQL manual, NOTIFY, Notes), and each would hold the line while its
-- WAL is flushed. So presence and signals do not wait for the disk; whatever people would miss does.

create or replace function tg_soften() returns trigger
language plpgsql as $$
begin
  if coalesce(current_setting('roomtone.durable', true), '') <> 'on' then
    perform set_config('synchronous_commit', 'off', true);
  end if;
  return null;
end
$$;

comment on function tg_soften() is 'This transaction need not wait for the disk, unless it wrote something that must last.';

create or replace function tg_harden() returns trigger
language plpgsql as $$
begin
  perform set_config('roomtone.durable', 'on', true);
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  return null;
end
$$;

comment on function tg_harden() is 'This transaction waits for the disk, whatever else it wrote.';

do $$
declare
  name text;
begin
  foreach name in array array['topics', 'users', 'clubs', 'followers', 'members', 'rooms', 'bans', 'revoked_tokens'] loop
    execute format('create or replace trigger _200_harden before insert or update or delete on %I
                    for each statement execute function tg_harden()', name);
    execute format('comment on trigger _200_harden on %I is %L', name, 'What is acknowledged here survives a crash.');
  end loop;
  foreach name in array array['participants', 'signals'] loop
    execute format('create or replace trigger _200_soften before insert or update or delete on %I
                    for each statement execute function tg_soften()', name);
    execute format('comment on trigger _200_soften on %I is %L', name, 'Presence and signals never wait for the disk.');
  end loop;
end
$$;

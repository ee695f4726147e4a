-- NOTIFY makes commits wait in line (PostgreSQL manual, NOTIFY, Notes), and each would hold the line while its
-- WAL is flushed. So presence and signals do not wait for the disk; whatever people would miss does.

create or replace function tg_set_asynchronous_commit() returns trigger
language plpgsql as $$
begin
  if coalesce(current_setting('roomtone.durable', true), '') <> 'on' then
    perform set_config('synchronous_commit', 'off', true);
  end if;
  return null;
end
$$;

comment on function tg_set_asynchronous_commit() is 'This transaction need not wait for the disk, unless it wrote something that must last.';

create or replace function tg_set_synchronous_commit() returns trigger
language plpgsql as $$
begin
  perform set_config('roomtone.durable', 'on', true);
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  return null;
end
$$;

comment on function tg_set_synchronous_commit() is 'This transaction waits for the disk, whatever else it wrote.';

-- Transactions that NOTIFY commit one after the other (PostgreSQL manual, NOTIFY, Notes), each holding a lock while its WAL is
-- written to disk. So commits of seats and signals do not wait for the disk. Commits of all other data do.

create or replace function tg_set_asynchronous_commit() returns trigger
language plpgsql as $$
declare
  setting text;
begin
  if coalesce(current_setting('roomtone.durable', true), '') <> 'on' then
    setting := set_config('synchronous_commit', 'off', true);
  end if;
  return null;
end
$$;

comment on function tg_set_asynchronous_commit() is 'The commit does not wait for the disk, unless the transaction also wrote to a table whose commits wait.';

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

comment on function tg_set_synchronous_commit() is 'The commit waits for the disk, whatever else the transaction wrote.';

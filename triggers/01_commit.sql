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

create or replace trigger _200_harden before insert or update or delete on topics for each statement execute function tg_harden();
comment on trigger _200_harden on topics is 'What is acknowledged here survives a crash.';
create or replace trigger _200_harden before insert or update or delete on users for each statement execute function tg_harden();
comment on trigger _200_harden on users is 'What is acknowledged here survives a crash.';
create or replace trigger _200_harden before insert or update or delete on clubs for each statement execute function tg_harden();
comment on trigger _200_harden on clubs is 'What is acknowledged here survives a crash.';
create or replace trigger _200_harden before insert or update or delete on followers for each statement execute function tg_harden();
comment on trigger _200_harden on followers is 'What is acknowledged here survives a crash.';
create or replace trigger _200_harden before insert or update or delete on members for each statement execute function tg_harden();
comment on trigger _200_harden on members is 'What is acknowledged here survives a crash.';
create or replace trigger _200_harden before insert or update or delete on rooms for each statement execute function tg_harden();
comment on trigger _200_harden on rooms is 'What is acknowledged here survives a crash.';
create or replace trigger _200_harden before insert or update or delete on reminders for each statement execute function tg_harden();
comment on trigger _200_harden on reminders is 'What is acknowledged here survives a crash.';
create or replace trigger _200_harden before insert or update or delete on guests for each statement execute function tg_harden();
comment on trigger _200_harden on guests is 'What is acknowledged here survives a crash.';
create or replace trigger _200_harden before insert or update or delete on invitations for each statement execute function tg_harden();
comment on trigger _200_harden on invitations is 'What is acknowledged here survives a crash.';
create or replace trigger _200_harden before insert or update or delete on acceptances for each statement execute function tg_harden();
comment on trigger _200_harden on acceptances is 'What is acknowledged here survives a crash.';
create or replace trigger _200_harden before insert or update or delete on bans for each statement execute function tg_harden();
comment on trigger _200_harden on bans is 'What is acknowledged here survives a crash.';
create or replace trigger _200_harden before insert or update or delete on messages for each statement execute function tg_harden();
comment on trigger _200_harden on messages is 'What is acknowledged here survives a crash.';
create or replace trigger _200_harden before insert or update or delete on blocks for each statement execute function tg_harden();
comment on trigger _200_harden on blocks is 'What is acknowledged here survives a crash.';
create or replace trigger _200_harden before insert or update or delete on reports for each statement execute function tg_harden();
comment on trigger _200_harden on reports is 'What is acknowledged here survives a crash.';
create or replace trigger _200_harden before insert or update or delete on revoked_tokens for each statement execute function tg_harden();
comment on trigger _200_harden on revoked_tokens is 'What is acknowledged here survives a crash.';

create or replace trigger _200_soften before insert or update or delete on participants for each statement execute function tg_soften();
comment on trigger _200_soften on participants is 'Presence and signals never wait for the disk.';
create or replace trigger _200_soften before insert or update or delete on signals for each statement execute function tg_soften();
comment on trigger _200_soften on signals is 'Presence and signals never wait for the disk.';
create or replace trigger _200_soften before insert or update or delete on reactions for each statement execute function tg_soften();
comment on trigger _200_soften on reactions is 'What floats by never waits for the disk.';

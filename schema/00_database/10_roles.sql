-- Who can be acting. Nobody logs in as a person: the relay does, and becomes one for a transaction.
-- Roles belong to the whole cluster, so another database may be creating them at this very moment.

create schema if not exists roomtone;
comment on schema roomtone is
  'Social audio whose signaling server is this database: joining a room is an INSERT into participants.';

do $$
declare
  role_name text;
begin
  foreach role_name in array array['roomtone_anon', 'roomtone_person', 'roomtone_relay'] loop
    begin
      if to_regrole(role_name) is null then
        execute format('create role %I %s', role_name,
                       case role_name when 'roomtone_relay' then 'login noinherit' else 'nologin' end);
        execute format('comment on role %I is %L', role_name, case role_name
          when 'roomtone_anon' then 'Acts for visitors of Roomtone who are not signed in.'
          when 'roomtone_person' then 'Acts for people of Roomtone who are; which one, the claims say.'
          else 'The login of Roomtone''s relays: becomes one of the others for a transaction, touches no table itself.' end);
      end if;
    exception when duplicate_object or unique_violation then
      null; -- another installation was faster; the role is there, which is all that was wanted
    end;
  end loop;
  if not pg_has_role('roomtone_relay', 'roomtone_person', 'member') then
    grant roomtone_anon, roomtone_person to roomtone_relay;
  end if;
  -- An owner who is no superuser becomes others too: in psql with act_as, and as a relay that was given this login.
  if not (select rolsuper from pg_roles where rolname = current_user) then
    grant roomtone_anon, roomtone_person, roomtone_relay to current_user;
  end if;
  execute format('alter database %I set search_path = roomtone, public', current_database());
end
$$;

set local search_path = roomtone, public;

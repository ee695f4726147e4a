-- No user logs in to PostgreSQL. The relay logs in, and takes the role of a user for one transaction.
-- Roles belong to the whole cluster, so an installation into another database may be creating them at the same time.

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
          when 'roomtone_anon' then 'Role of anonymous users of Roomtone, who are not signed in.'
          when 'roomtone_person' then 'Role of signed-in users of Roomtone; request.jwt.claims says which user.'
          else 'The login of Roomtone''s relays. It takes one of the other roles for a transaction, and has no rights on tables itself.' end);
      end if;
    exception when duplicate_object or unique_violation then
      null; -- another installation has just created it
    end;
  end loop;
  if not pg_has_role('roomtone_relay', 'roomtone_person', 'member') then
    grant roomtone_anon, roomtone_person to roomtone_relay;
  end if;
  -- An owner who is not a superuser needs these roles, too: for act_as in psql, and for a relay that uses this login.
  if not (select rolsuper from pg_roles where rolname = current_user) then
    grant roomtone_anon, roomtone_person, roomtone_relay to current_user;
  end if;
end
$$;

-- Only this transaction's: other tables of this database may have the same names.
set local search_path = roomtone, pg_temp;

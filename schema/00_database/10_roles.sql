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
  foreach role_name in array array['roomtone_anon', 'roomtone_person'] loop
    if not pg_has_role('roomtone_relay', role_name, 'member') then
      execute format('grant %I to roomtone_relay', role_name);
    end if;
  end loop;
  -- An owner who is not a superuser needs these roles, too: for act_as in psql, and for a relay that uses this login. From
  -- PostgreSQL 16 on, who created a role may grant it, but not yet set it.
  foreach role_name in array array['roomtone_anon', 'roomtone_person', 'roomtone_relay'] loop
    if not pg_has_role(current_user, role_name, case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end) then
      execute format('grant %I to current_user', role_name);
    end if;
  end loop;
end
$$;

-- Only this transaction's: other tables of this database may have the same names.
set local search_path = roomtone, pg_temp;

create or replace function database_mark() returns database_marks
language plpgsql stable set search_path = roomtone, pg_temp as $$
declare
  mark database_marks;
begin
  select c.system_identifier, d.oid, 'logs'::regclass
  into mark.system_identifier, mark.database_oid, mark.logs_oid
  from pg_control_system() c, pg_database d where d.datname = current_database();
  return mark;
end
$$;

comment on function database_mark() is 'What distinguishes this database from every copy of it, and from itself after a restore: see database_marks.';

create or replace function is_copy() returns boolean
language plpgsql stable set search_path = roomtone, pg_temp as $$
declare
  here constant database_marks := database_mark();
begin
  return (select (m.system_identifier, m.database_oid, m.logs_oid) <> (here.system_identifier, here.database_oid, here.logs_oid)
          from database_marks m order by m.noticed_at desc limit 1);
end
$$;

comment on function is_copy() is 'Whether this database was restored from a backup, or copied, and nobody has noticed yet; null for a new one.';

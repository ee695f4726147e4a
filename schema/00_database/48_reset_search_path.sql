create or replace function reset_search_path() returns setof text
language plpgsql set search_path = roomtone, pg_temp as $$
begin
  if not exists (select from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
                 where s.setrole = 0 and d.datname = current_database()
                   and 'search_path=roomtone, public' = any (s.setconfig) and pg_has_role(d.datdba, 'usage')) then
    return;
  end if;
  return query select o.move from objects_of_others() o where o.move is not null;
  if not found then
    execute format('alter database %I reset search_path', current_database());
  end if;
end
$$;

comment on function reset_search_path() is
  'Takes back the search path that release 0.1.0 set for the whole database. Objects of others that are found by it stay findable: then it returns the statements that move them, and changes nothing.';

-- A login's default privileges for all schemas (ALTER DEFAULT PRIVILEGES) are meant for the tables and functions of another program. Here
-- they would allow a role of that program to call functions that are only for relays, such as the one that returns the key of tokens.
-- Default privileges for this schema alone count, because they were made for it.
create or replace function revoke_default_privileges(known oid[]) returns void
language plpgsql set search_path = roomtone, pg_temp as $$
declare
  statement text;
begin
  for statement in
    with created (id, kind, type, name, owner, acl) as (
      select c.oid, case c.relkind when 'S' then 'sequence' else 'table' end, case c.relkind when 'S' then 'S' else 'r' end::"char",
             c.oid::regclass::text, c.relowner, c.relacl
      from own_objects() o join pg_class c on o.class = 'pg_class'::regclass and c.oid = o.id where c.relkind in ('r', 'v', 'S')
      union all
      select p.oid, 'function', 'f', p.oid::regprocedure::text, p.proowner, p.proacl
      from own_objects() o join pg_proc p on o.class = 'pg_proc'::regclass and p.oid = o.id
      union all
      select n.oid, 'schema', 'n', n.nspname::text, n.nspowner, n.nspacl from pg_namespace n where n.nspname = 'roomtone'
    )
    select distinct format('revoke all on %s %s from %s', c.kind, c.name, case one.grantee when 0 then 'public' else one.grantee::regrole::text end)
    from created c cross join aclexplode(c.acl) one
    join pg_default_acl d on d.defaclrole = c.owner and d.defaclobjtype = c.type and d.defaclnamespace = 0
    join aclexplode(d.defaclacl) given on given.grantee = one.grantee
    left join pg_roles r on r.oid = one.grantee
    where c.id <> all (known) and one.grantee <> c.owner
      and coalesce(r.rolname, '') <> all (array['roomtone_anon', 'roomtone_person', 'roomtone_relay'])
  loop
    execute statement;
  end loop;
end
$$;

comment on function revoke_default_privileges(oid[]) is
  'Takes away what default privileges of the owner, for all schemas, have given to others on objects of Roomtone. `known` are those that were here before: what others may do with them stays.';

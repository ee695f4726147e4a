-- Ours are the objects that the files created, with their parts: indexes, constraints, triggers, types of rows, sequences of columns.
create or replace function objects_of_others(out object text, out move text) returns setof record
language sql stable set search_path = roomtone, pg_temp
begin atomic
  with recursive created as (
    select split_part(o, ' ', 1) as kind, 'roomtone.' || substr(o, strpos(o, ' ') + 1) as name
    from unnest((select i.objects from schema_installs i where isfinite(i.installed_at) order by i.installed_at desc limit 1)) o
  ), ours as (
    select case kind when 'function' then 'pg_proc' else 'pg_class' end::regclass::oid as class,
           case kind when 'function' then to_regprocedure(name)::oid else to_regclass(name)::oid end as id
    from created
    union
    select d.classid, d.objid
    from ours o join pg_depend d on d.refclassid = o.class and d.refobjid = o.id
    left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
    where d.deptype = 'i'
      or (d.deptype = 'a' and (c.relkind = 'i' or c.relnamespace = 'roomtone'::regnamespace or d.classid in (
            'pg_constraint'::regclass, 'pg_attrdef'::regclass, 'pg_trigger'::regclass, 'pg_rewrite'::regclass, 'pg_policy'::regclass)))
  ), others as (
    select d.classid as class, d.objid as id, d.objsubid as part, d.refclassid = 'pg_namespace'::regclass as within
    from pg_depend d
    where ((d.refclassid = 'pg_namespace'::regclass and d.refobjid = 'roomtone'::regnamespace::oid)
           or exists (select from ours o where o.class = d.refclassid and o.id = d.refobjid))
      and not exists (select from ours o where o.class = d.classid and o.id = d.objid)
      and d.classid <> 'pg_default_acl'::regclass
  ), wholes as (
    -- The view of a rule, the table of a sequence, the extension of a function.
    select coalesce(w.refclassid, o.class) as class, coalesce(w.refobjid, o.id) as id,
           case when w.refobjid is null then o.part else 0 end as part, bool_or(o.within) as within
    from others o left join pg_depend w on w.classid = o.class and w.objid = o.id and o.part = 0 and w.objsubid = 0
      and (w.deptype in ('i', 'e')
           or (w.deptype = 'a' and w.refclassid = 'pg_class'::regclass and w.classid = 'pg_class'::regclass
               and exists (select from pg_class c where c.oid = w.objid and c.relkind = 'S')))
    group by 1, 2, 3
  )
  select i.type || ' ' || i.identity,
         case when w.within and i.type not like 'publication%' then format('alter %s %s set schema public;', i.type, i.identity) end
  from wholes w cross join pg_identify_object(w.class, w.id, w.part) i
  order by 1;
end;

comment on function objects_of_others() is
  'What stands in this schema and was not created by Roomtone, and what depends on this schema from outside. `move` is a statement that moves what stands in it.';

create or replace function objects_of_others(out object text, out move text) returns setof record
language sql stable set search_path = roomtone, pg_temp
begin atomic
  with ours as (
    select o.class, o.id from own_objects() o
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

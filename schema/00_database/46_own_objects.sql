-- Ours are the objects that the files created, with their parts: indexes, constraints, triggers, types of rows, sequences of columns.
create or replace function own_objects(out class oid, out id oid) returns setof record
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
  )
  select o.class, o.id from ours o where o.id is not null;
end;

comment on function own_objects() is
  'What Roomtone created in this schema: the catalogue and the number of each object, as in pg_depend.';

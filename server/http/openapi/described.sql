-- The tables and views that clients may read and write, with the comments of the database, as one JSON text.
with roles as (
  select to_regrole(roomtone.role_name('anon'))::oid as anon, to_regrole(roomtone.role_name('person'))::oid as person
),
-- Columns that a BEFORE INSERT trigger fills in: an insert need not give them.
filled as (
  select t.tgrelid as relid, lower(m[1]) as name
  from pg_trigger t
  join pg_proc p on p.oid = t.tgfoid
  cross join lateral regexp_matches(p.prosrc, '\mnew\.(\w+)\s*:=', 'gi') m
  where not t.tgisinternal and t.tgtype & 7 = 7 -- row, before, insert
),
-- CHECKs on one column that list its values or limit its length.
checks as (
  select k.conrelid as relid, k.conkey[1] as attnum, pg_get_constraintdef(k.oid) as text
  from pg_constraint k
  where k.contype = 'c' and cardinality(k.conkey) = 1
),
relations as (
  select c.oid, c.relname as name, c.relkind in ('v', 'm') as is_view, obj_description(c.oid, 'pg_class') as comment,
         has_any_column_privilege(r.anon, c.oid, 'select') as anyone_reads,
         has_any_column_privilege(r.person, c.oid, 'select') as person_reads,
         has_any_column_privilege(r.person, c.oid, 'insert') as inserts,
         has_any_column_privilege(r.person, c.oid, 'update') as updates,
         has_table_privilege(r.person, c.oid, 'delete') as deletes,
         array(select a.attname::text from pg_index i
               cross join lateral unnest(i.indkey::int2[]) with ordinality as u (attnum, position)
               join pg_attribute a on a.attrelid = c.oid and a.attnum = u.attnum
               where i.indrelid = c.oid and i.indisprimary order by u.position) as key,
         (select json_agg(json_build_object(
            'name', a.attname, 'type', format_type(a.atttypid, null), 'comment', col_description(c.oid, a.attnum),
            'nullable', not a.attnotnull,
            'reads', has_column_privilege(r.person, c.oid, a.attnum, 'select'),
            'inserts', w.writable and has_column_privilege(r.person, c.oid, a.attnum, 'insert'),
            'updates', w.writable and has_column_privilege(r.person, c.oid, a.attnum, 'update'),
            'required', a.attnotnull and not a.atthasdef and a.attidentity = ''
              and not exists (select from filled f where f.relid = c.oid and f.name = a.attname),
            'one_of', (select array_agg(v[1]) from checks k
                       cross join lateral regexp_matches(k.text, '''([^'']*)''::text', 'g') v
                       where k.relid = c.oid and k.attnum = a.attnum and k.text like 'CHECK ((% = ANY (ARRAY[%])))'),
            'longest', (select min((regexp_match(k.text, '\mlength\(\w+\) <= (\d+)'))[1]::int) from checks k
                        where k.relid = c.oid and k.attnum = a.attnum)
          ) order by a.attnum)
          from pg_attribute a
          cross join lateral (select a.attgenerated = '' and a.attidentity <> 'a' as writable) w
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_class c
  cross join roles r
  where c.relnamespace = 'roomtone'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
)
select coalesce(json_agg(to_json(x) order by x.name), '[]')::text
from relations x
where columns is not null and (person_reads or inserts or updates or deletes)

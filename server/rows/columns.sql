-- Every table and view of the schema with its columns, by number: null for one that was dropped.
-- `key`: the numbers of the columns of a table's primary key. `query`: of a view, as PostgreSQL stores it; view_columns.py finds in it
-- where each column comes from.
select c.oid::bigint as id,
       c.relname as name,
       (select array_agg(case when not a.attisdropped then a.attname::text end order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0) as columns,
       coalesce((select i.indkey::int2[] from pg_index i where i.indrelid = c.oid and i.indisprimary), '{}') as key,
       (select r.ev_action::text from pg_rewrite r
        where r.ev_class = c.oid and r.rulename = '_RETURN' and c.relkind in ('v', 'm')) as query
from pg_class c
where c.relnamespace = 'roomtone'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
order by c.oid

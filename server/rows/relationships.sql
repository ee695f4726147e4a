-- Foreign keys between tables of the schema. `is_unique`: at most one row has the same key (its columns are a key of the table).
select k.conname as name,
       s.relname as source,
       t.relname as target,
       (select array_agg(a.attname::text order by u.position)
        from unnest(k.conkey) with ordinality as u (attnum, position)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum) as source_columns,
       (select array_agg(a.attname::text order by u.position)
        from unnest(k.confkey) with ordinality as u (attnum, position)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum) as target_columns,
       exists (select from pg_constraint o
               where o.conrelid = k.conrelid and o.contype in ('p', 'u') and o.conkey <@ k.conkey and o.conkey @> k.conkey) as is_unique
from pg_constraint k
join pg_class s on s.oid = k.conrelid
join pg_class t on t.oid = k.confrelid
where k.contype = 'f'
  and k.conparentid = 0 -- not the copies for partitions
  and s.relnamespace = 'roomtone'::regnamespace
  and t.relnamespace = 'roomtone'::regnamespace
order by s.relname, k.conname

-- Foreign keys of tables of the schema, with tables and columns as in columns.sql: by id, and by number.
-- `is_unique`: at most one row has the same key (its columns are a key of the table).
select k.conname as name,
       k.conrelid::bigint as source,
       k.confrelid::bigint as target,
       k.conkey as source_columns,
       k.confkey as target_columns,
       exists (select from pg_constraint o
               where o.conrelid = k.conrelid and o.contype in ('p', 'u') and o.conkey <@ k.conkey and o.conkey @> k.conkey) as is_unique
from pg_constraint k
where k.contype = 'f'
  and k.conparentid = 0 -- not the copies for partitions
  and k.connamespace = 'roomtone'::regnamespace

-- Functions of a row of the schema that return rows: PostgREST makes a relationship of each, also instead of a foreign key.
select c.relname as source, p.proname as name
from pg_proc p
join pg_class c on c.reltype = p.proargtypes[0]
join pg_class target on target.reltype = p.prorettype
where p.pronargs = 1
  and p.pronamespace = 'roomtone'::regnamespace
  and c.relnamespace = 'roomtone'::regnamespace

-- Functions that an anonymous user or a person may execute, without those that only triggers call.
-- `left_out`: why a function cannot be called over HTTP; null if it can.
select p.proname as name,
       p.oid::regprocedure::text as signature,
       obj_description(p.oid, 'pg_proc') as comment,
       p.provolatile = 'v' as is_volatile,
       p.proretset as returns_set,
       p.prorettype = 'void'::regtype as returns_nothing,
       r.rows as returns_rows, -- of a composite type, or with OUT parameters, also if that is one
       format_type(p.prorettype, null) as type,
       (select c.relname from pg_class c
        where c.oid = t.typrelid and c.relnamespace = 'roomtone'::regnamespace) as relation,
       coalesce(i.names, '{}') as arguments,
       coalesce(i.types, '{}') as types,
       i.variadic,
       p.pronargdefaults as defaults,
       coalesce(o.names, '{}') as columns,
       coalesce(o.types, '{}') as column_types,
       has_function_privilege(roomtone.role_name('anon'), p.oid, 'execute') as anyone_calls,
       case
         when p.prokind = 'p' then 'it is a procedure'
         when p.prokind = 'a' then 'it is an aggregate'
         when p.prokind = 'w' then 'it is a window function'
         when p.proname ~ '[/{}?#]' then 'its name has a character that separates the parts of an address'
         when i.unnamed then 'it has a parameter without a name'
         when i.pseudo is not null then 'it has a parameter of the pseudo-type ' || i.pseudo
         when t.typtype = 'p' and p.prorettype not in ('void'::regtype, 'record'::regtype)
           then 'it returns the pseudo-type ' || format_type(p.prorettype, null)
         when r.rows and o.names is null then 'it returns rows whose columns are not known'
         -- As in relations.sql: PostgREST would answer otherwise.
         when returned.typtype = 'd' and returned.typname like '%/%' then 'it returns a media type'
         when exists (select from pg_cast k
                      join pg_type d on d.typtype = 'd'
                      join pg_attribute a on a.attrelid = t.typrelid and a.attnum > 0 and a.atttypid = d.oid
                      where k.castcontext = 'i' and k.castmethod = 'f'
                        and (k.castsource = d.oid and k.casttarget in ('json'::regtype, 'text'::regtype)
                             or k.casttarget = d.oid and k.castsource in ('json'::regtype, 'text'::regtype)))
           then 'it returns a column of a domain with casts of its own'
         when p.prosrc like any ('{%request.%,%response.%}') -- as in relations.sql
           and p.prosrc ~ '\m(request\.(headers|cookies|method|path)|response\.(headers|status))\M'
           then 'it uses settings that only PostgREST has'
       end as left_out
from pg_proc p
join pg_type returned on returned.oid = p.prorettype
join pg_type t on t.oid = case returned.typtype when 'd' then returned.typbasetype else returned.oid end
cross join lateral (
  select t.typtype = 'c' or p.prorettype = 'record'::regtype or coalesce(p.proargmodes && '{t,o,b}', false) as rows
) r
-- What is given: parameters that are in, inout or variadic. Without proargmodes, all are in.
cross join lateral (
  select array_agg(a.name order by a.position) as names,
         array_agg(format_type(a.type, null) order by a.position) as types,
         min(a.name) filter (where a.mode = 'v') as variadic,
         bool_or(coalesce(a.name, '') = '') as unnamed,
         min(format_type(a.type, null)) filter (where y.typtype = 'p') as pseudo
  from unnest(p.proargnames, coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargmodes)
         with ordinality as a (name, type, mode, position)
  join pg_type y on y.oid = a.type
  where coalesce(a.mode, 'i') in ('i', 'b', 'v')
) i
-- The columns of a row that it returns. PostgreSQL numbers the names of those without one, and calls a single one as the function.
cross join lateral (
  select array_agg(k.name order by k.position) as names, array_agg(format_type(k.type, null) order by k.position) as types
  from (select coalesce(nullif(a.name, ''), case p.prorettype when 'record'::regtype
                 then 'column' || row_number() over (order by a.position) else p.proname end) as name, a.type, a.position
        from unnest(p.proargnames, p.proallargtypes, p.proargmodes) with ordinality as a (name, type, mode, position)
        where t.typtype <> 'c' and a.mode in ('t', 'o', 'b')
        union all
        select k.attname, k.atttypid, k.attnum from pg_attribute k
        where k.attrelid = t.typrelid and t.typtype = 'c' and k.attnum > 0 and not k.attisdropped) k
) o
where p.pronamespace = 'roomtone'::regnamespace
  and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
  and (has_function_privilege(roomtone.role_name('anon'), p.oid, 'execute')
       or has_function_privilege(roomtone.role_name('person'), p.oid, 'execute'))
order by p.proname, p.oid

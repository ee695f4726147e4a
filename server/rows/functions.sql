-- Functions that an anonymous user or a person may execute, without those that only triggers call.
-- `left_out`: why a function cannot be called over HTTP; null if it can.
with callable as materialized (
  select p.oid, p.proname, p.prokind, p.provolatile, p.proretset, p.prorettype, p.pronargdefaults, p.prosrc, p.proargnames,
         coalesce(p.proallargtypes, p.proargtypes::oid[]) as types, p.proargmodes,
         t.typtype, t.typrelid, returned.typtype = 'd' and returned.typname like '%/%' as is_media,
         has_function_privilege(roomtone.role_name('anon'), p.oid, 'execute') as anyone_calls
  from pg_proc p
  join pg_type returned on returned.oid = p.prorettype
  join pg_type t on t.oid = case returned.typtype when 'd' then returned.typbasetype else returned.oid end
  where p.pronamespace = 'roomtone'::regnamespace
    and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
    and (has_function_privilege(roomtone.role_name('anon'), p.oid, 'execute')
         or has_function_privilege(roomtone.role_name('person'), p.oid, 'execute'))
),
-- What is given: parameters that are in, inout or variadic. Without proargmodes, all are in. What is returned: PostgreSQL numbers the
-- columns of a record without names, and calls a single one as the function.
parameters as (
  select a.oid,
         array_agg(a.name order by a.position) filter (where a.given) as names,
         array_agg(format_type(a.type, null) order by a.position) filter (where a.given) as types,
         min(a.name) filter (where a.mode = 'v') as variadic,
         bool_or(coalesce(a.name, '') = '') filter (where a.given) as unnamed,
         min(format_type(a.type, null)) filter (where a.given and y.typtype = 'p') as pseudo,
         array_agg(coalesce(nullif(a.name, ''), case a.prorettype when 'record'::regtype then 'column' || a.turn else a.proname end)
                   order by a.position) filter (where a.returned) as columns,
         array_agg(format_type(a.type, null) order by a.position) filter (where a.returned) as column_types
  from (
    select *, coalesce(a.mode, 'i') in ('i', 'b', 'v') as given, a.mode in ('t', 'o', 'b') as returned,
           row_number() over (partition by a.oid, a.mode in ('t', 'o', 'b') order by a.position) as turn
    from (select c.oid, c.proname, c.prorettype, unnest(c.proargnames) as name, unnest(c.types) as type,
                 unnest(c.proargmodes) as mode, generate_subscripts(c.types, 1) as position from callable c) a
  ) a
  join pg_type y on y.oid = a.type
  group by a.oid
)
select c.proname as name,
       c.oid::regprocedure::text as signature,
       d.description as comment,
       c.provolatile = 'v' as is_volatile,
       c.proretset as returns_set,
       c.prorettype = 'void'::regtype as returns_nothing,
       r.rows as returns_rows, -- of a composite type, or with OUT parameters, also if that is one
       format_type(c.prorettype, null) as type,
       (select k.relname from pg_class k where k.oid = c.typrelid and k.relnamespace = 'roomtone'::regnamespace) as relation,
       coalesce(i.names, '{}') as arguments,
       coalesce(i.types, '{}') as types,
       i.variadic,
       c.pronargdefaults as defaults,
       coalesce(case c.typtype when 'c' then k.names else i.columns end, '{}') as columns,
       coalesce(case c.typtype when 'c' then k.types else i.column_types end, '{}') as column_types,
       c.anyone_calls,
       case
         when c.prokind = 'p' then 'it is a procedure'
         when c.prokind = 'a' then 'it is an aggregate'
         when c.prokind = 'w' then 'it is a window function'
         when c.proname ~ '[/{}?#]' then 'its name has a character that separates the parts of an address'
         when i.unnamed then 'it has a parameter without a name'
         when i.pseudo is not null then 'it has a parameter of the pseudo-type ' || i.pseudo
         when c.typtype = 'p' and c.prorettype not in ('void'::regtype, 'record'::regtype)
           then 'it returns the pseudo-type ' || format_type(c.prorettype, null)
         when r.rows and coalesce(k.names, i.columns) is null then 'it returns rows whose columns are not known'
         -- As in relations.sql: PostgREST would answer otherwise.
         when c.is_media then 'it returns a media type'
         when k.casts then 'it returns a column of a domain with casts of its own'
         when c.prosrc like any ('{%request.%,%response.%}') -- as in relations.sql
           and c.prosrc ~ '\m(request\.(headers|cookies|method|path)|response\.(headers|status))\M'
           then 'it uses settings that only PostgREST has'
       end as left_out
from callable c
cross join lateral (
  select c.typtype = 'c' or c.prorettype = 'record'::regtype or coalesce(c.proargmodes && '{t,o,b}', false) as rows
) r
left join parameters i on i.oid = c.oid
-- The columns of a composite type that it returns.
left join (
  select a.attrelid, array_agg(a.attname::text order by a.attnum) as names, array_agg(format_type(a.atttypid, null) order by a.attnum) as types,
         bool_or(a.atttypid in (
           select d.oid from pg_cast k join pg_type d on d.typtype = 'd'
             and (k.castsource = d.oid and k.casttarget in ('json'::regtype, 'text'::regtype)
                  or k.casttarget = d.oid and k.castsource in ('json'::regtype, 'text'::regtype))
           where k.castcontext = 'i' and k.castmethod = 'f')) as casts
  from pg_attribute a
  where a.attnum > 0 and not a.attisdropped and a.attrelid in (select c.typrelid from callable c where c.typtype = 'c')
  group by a.attrelid
) k on k.attrelid = c.typrelid
left join pg_description d on d.objoid = c.oid and d.classoid = 'pg_proc'::regclass and d.objsubid = 0
order by c.proname, c.oid

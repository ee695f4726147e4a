-- Functions that an anonymous user or a person may execute, without those that only triggers call.
select p.proname as name,
       p.provolatile = 'v' as is_volatile,
       p.proretset as returns_set,
       p.prorettype = 'void'::regtype as returns_nothing,
       (t.typtype = 'c' or p.prorettype = 'record'::regtype) as returns_rows,
       coalesce((p.proargnames)[1:p.pronargs], '{}') as arguments,
       coalesce((select array_agg(format_type(a.type, null) order by a.position)
                 from unnest(p.proargtypes::oid[]) with ordinality as a (type, position)), '{}') as types,
       p.pronargdefaults as defaults,
       coalesce((select array_agg(k.attname::text order by k.attnum)
                 from pg_attribute k
                 where k.attrelid = t.typrelid and k.attnum > 0 and not k.attisdropped and t.typtype = 'c'),
                (select array_agg(o.name order by o.position)
                 from unnest(p.proargnames, p.proargmodes) with ordinality as o (name, mode, position)
                 where o.mode in ('t', 'o', 'b')), '{}') as columns
from pg_proc p
join pg_type t on t.oid = p.prorettype
where p.pronamespace = 'roomtone'::regnamespace
  and p.prokind = 'f'
  and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
  and (has_function_privilege('roomtone_anon', p.oid, 'execute')
       or has_function_privilege('roomtone_person', p.oid, 'execute'))
order by p.proname, p.oid

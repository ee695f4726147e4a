-- Tables and views that an anonymous user or a person may read or write, with their columns in order.
-- `writes`: the methods by which either role may write. Bits of what is possible: INSERT 8, UPDATE 4, DELETE 16.
-- `anon` and `person`: whether the role may read the column, so that `*` means all readable columns.
-- `left_out`: why it is not served; null if it is. PostgREST would let the casts of a domain, aggregates that make a media type, and
-- settings that only it has change the answer: what has them is refused here, and not answered otherwise.
select c.relname as name,
       c.relkind in ('v', 'm') as is_view,
       array_remove(array[
         case when (w.possible & 8) > 0
           and (has_any_column_privilege(roomtone.role_name('anon'), c.oid, 'insert')
                or has_any_column_privilege(roomtone.role_name('person'), c.oid, 'insert')) then 'POST' end,
         case when (w.possible & 4) > 0
           and (has_any_column_privilege(roomtone.role_name('anon'), c.oid, 'update')
                or has_any_column_privilege(roomtone.role_name('person'), c.oid, 'update')) then 'PATCH' end,
         case when (w.possible & 16) > 0
           and (has_table_privilege(roomtone.role_name('anon'), c.oid, 'delete')
                or has_table_privilege(roomtone.role_name('person'), c.oid, 'delete')) then 'DELETE' end
       ], null) as writes,
       k.columns, k.types, k.anon, k.person, k.updated_by_anon, k.updated_by_person,
       case
         when k.columns is null then 'it has no columns'
         when c.relname ~ '[/{}?#]' then 'its name has a character that separates the parts of an address'
         when k.casts then 'it has a column of a domain with casts of its own'
         when c.reltype in (select p.proargtypes[0] from pg_aggregate g
                            join pg_proc p on p.oid = g.aggfnoid and p.pronamespace = 'roomtone'::regnamespace
                            join pg_type m on m.oid = p.prorettype
                            where m.typname in ('*/*', 'application/json') or m.typname like 'application/vnd.pgrst.%')
           then 'an aggregate makes a media type of it'
         when c.oid in (select t.tgrelid from pg_trigger t join pg_proc p on p.oid = t.tgfoid
                       where not t.tgisinternal
                         and p.prosrc like any ('{%request.%,%response.%}') -- much quicker than the next, which few are asked
                         and p.prosrc ~ '\m(request\.(headers|cookies|method|path)|response\.(headers|status))\M')
           then 'a trigger uses settings that only PostgREST has'
       end as left_out
from pg_class c
cross join lateral (
  select case c.relkind when 'v' then pg_relation_is_updatable(c.oid, true) when 'm' then 0 else 28 end as possible
) w
cross join lateral (
  select array_agg(a.attname::text) as columns,
         array_agg(format_type(a.atttypid, a.atttypmod)) as types,
         array_agg(has_column_privilege(roomtone.role_name('anon'), c.oid, a.attnum, 'select')) as anon,
         array_agg(has_column_privilege(roomtone.role_name('person'), c.oid, a.attnum, 'select')) as person,
         coalesce(array_agg(a.attname::text) filter (where has_column_privilege(roomtone.role_name('anon'), c.oid, a.attnum, 'update')), '{}')
           as updated_by_anon,
         coalesce(array_agg(a.attname::text) filter (where has_column_privilege(roomtone.role_name('person'), c.oid, a.attnum, 'update')), '{}')
           as updated_by_person,
         bool_or(a.atttypid in (
           select d.oid from pg_cast k join pg_type d on d.typtype = 'd'
             and (k.castsource = d.oid and k.casttarget in ('json'::regtype, 'text'::regtype)
                  or k.casttarget = d.oid and k.castsource in ('json'::regtype, 'text'::regtype))
           where k.castcontext = 'i' and k.castmethod = 'f')) as casts
  from (select * from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) a
) k
where c.relnamespace = 'roomtone'::regnamespace
  and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and (has_any_column_privilege(roomtone.role_name('anon'), c.oid, 'select, insert, update')
       or has_any_column_privilege(roomtone.role_name('person'), c.oid, 'select, insert, update')
       or has_table_privilege(roomtone.role_name('person'), c.oid, 'delete'))
order by c.oid

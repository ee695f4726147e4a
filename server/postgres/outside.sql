-- Everything outside the schema roomtone that could depend on something in it, in words, such as `view shop.open_rooms`.
with spaces as (select oid from pg_namespace where nspname <> 'roomtone' and nspname !~ '^pg_' and nspname <> 'information_schema'),
tables as (select oid from pg_class where relnamespace in (select oid from spaces))
select pg_describe_object(o.class, o.id, o.part) from (
  select 'pg_class'::regclass as class, oid as id, 0 as part from tables
  union all select 'pg_class'::regclass, attrelid, attnum from pg_attribute
    where attrelid in (select oid from tables) and attnum > 0 and not attisdropped
  union all select 'pg_proc'::regclass, oid, 0 from pg_proc where pronamespace in (select oid from spaces)
  union all select 'pg_type'::regclass, oid, 0 from pg_type where typnamespace in (select oid from spaces)
  union all select 'pg_constraint'::regclass, oid, 0 from pg_constraint where connamespace in (select oid from spaces)
  union all select 'pg_attrdef'::regclass, oid, 0 from pg_attrdef where adrelid in (select oid from tables)
  union all select 'pg_trigger'::regclass, oid, 0 from pg_trigger where tgrelid in (select oid from tables) and not tgisinternal
  union all select 'pg_policy'::regclass, oid, 0 from pg_policy where polrelid in (select oid from tables)
  union all select 'pg_cast'::regclass, oid, 0 from pg_cast
  union all select 'pg_publication'::regclass, oid, 0 from pg_publication
  union all select 'pg_publication_rel'::regclass, oid, 0 from pg_publication_rel
) o

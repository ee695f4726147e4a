"""Rules for the schema, checked in the catalogue of an installed database."""

from __future__ import annotations

import pytest

from ..conftest import Connect

UNCOMMENTED = {
    "schemas": """
        select nspname from pg_namespace
        where nspname = 'roomtone' and obj_description(oid, 'pg_namespace') is null""",
    "tables and views": """
        select relname from pg_class
        where relnamespace = 'roomtone'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
          and obj_description(oid, 'pg_class') is null""",
    "columns": """
        select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'roomtone'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
          and a.attnum > 0 and not a.attisdropped and col_description(c.oid, a.attnum) is null""",
    "functions": """
        select oid::regprocedure::text from pg_proc
        where pronamespace = 'roomtone'::regnamespace and obj_description(oid, 'pg_proc') is null""",
    "triggers": """
        select t.tgname || ' on ' || c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = 'roomtone'::regnamespace and not t.tgisinternal
          and obj_description(t.oid, 'pg_trigger') is null""",
    "policies": """
        select p.polname || ' on ' || c.relname from pg_policy p join pg_class c on c.oid = p.polrelid
        where c.relnamespace = 'roomtone'::regnamespace and obj_description(p.oid, 'pg_policy') is null""",
    "types": """
        select typname from pg_type
        where typnamespace = 'roomtone'::regnamespace and typtype in ('e', 'd')
          and obj_description(oid, 'pg_type') is null""",
    "table constraints": """
        select c.conname from pg_constraint c
        where c.connamespace = 'roomtone'::regnamespace and c.contype = 'c' and cardinality(c.conkey) > 1
          and obj_description(c.oid, 'pg_constraint') is null""",
    "indexes of their own": """
        select i.relname from pg_class i join pg_index x on x.indexrelid = i.oid
        where i.relnamespace = 'roomtone'::regnamespace
          and not exists (select from pg_constraint c where c.conindid = i.oid)
          and obj_description(i.oid, 'pg_class') is null""",
    "roles": """
        select rolname from pg_roles
        where rolname like 'roomtone%' and shobj_description(oid, 'pg_authid') is null""",
}

MISNAMED = {
    "tables are plural nouns, or collective ones": """
        select relname from pg_class
        where relnamespace = 'roomtone'::regnamespace and relkind = 'r' and relname !~ '^[a-z_]+s$'""",
    "times end in _at, but for the article's join_date": """
        select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'roomtone'::regnamespace and c.relkind = 'r' and a.attnum > 0
          and a.atttypid = 'timestamptz'::regtype and a.attname !~ '_at$' and a.attname <> 'join_date'""",
    "no time is without its zone, but for what repeats by the clocks of rooms.time_zone": """
        select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'roomtone'::regnamespace and a.atttypid = 'timestamp'::regtype and c.relname || '.' || a.attname not in ('rooms.repeats_from', 'calendar.repeats_from')""",
    "keys to other tables end in _id, or say whose: _by, _user": """
        select c.conname from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
        where c.connamespace = 'roomtone'::regnamespace and c.contype = 'f' and a.attname !~ '_(id|by|user)$'""",
    "booleans read as adjectives": """
        select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'roomtone'::regnamespace and c.relkind = 'r' and a.attnum > 0
          and a.atttypid = 'boolean'::regtype and a.attname ~ '^(is|has|can|was|should)_'""",
    "constraints are the table and the rule": """
        select c.conname from pg_constraint c join pg_class t on t.oid = c.conrelid
        where c.connamespace = 'roomtone'::regnamespace and c.contype in ('c', 'u', 'x')
          and c.conname !~ ('^' || t.relname || '_[a-z0-9_]+$')""",
    "trigger functions are tg_<table>__<verb> or tg_<verb>": """
        select p.proname from pg_proc p
        where p.pronamespace = 'roomtone'::regnamespace and p.prorettype = 'trigger'::regtype
          and not (p.proname ~ '^tg_[a-z]+(_[a-z]+)*$'
                   and (p.proname !~ '__' or exists (
                     select from pg_class t where t.relnamespace = p.pronamespace and t.relkind = 'r'
                       and p.proname ~ ('^tg_' || t.relname || '__[a-z_]+$'))))
          and not exists (
            select from pg_class t where t.relnamespace = p.pronamespace and t.relkind = 'r'
              and p.proname ~ ('^tg_' || t.relname || '__[a-z_]+$'))""",
    "only trigger functions begin with tg_": """
        select proname from pg_proc where pronamespace = 'roomtone'::regnamespace
          and proname like 'tg\\_%' and prorettype <> 'trigger'::regtype""",
    "triggers carry their order and a verb": """
        select t.tgname || ' on ' || c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = 'roomtone'::regnamespace and not t.tgisinternal
          and t.tgname !~ '^_[0-9][0-9][05]_[a-z]+(_[a-z]+)*$'""",
    "no two triggers of a table have the same number": """
        select string_agg(t.tgname, ', ') || ' on ' || c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = 'roomtone'::regnamespace and not t.tgisinternal
        group by c.relname, left(t.tgname, 4) having count(*) > 1""",
    # before a statement, before a row, after a row, at commit; a trigger of no other kind exists
    "the triggers of a table fire in the order of their numbers": """
        with triggers as (
          select c.relname, t.tgname,
                 case when tgdeferrable then 4 when tgtype & 3 = 1 then 3 when tgtype & 3 = 3 then 2
                      when tgtype & 3 = 2 then 1 end as moment
          from pg_trigger t join pg_class c on c.oid = t.tgrelid
          where c.relnamespace = 'roomtone'::regnamespace and not t.tgisinternal)
        select a.tgname || ' on ' || a.relname from triggers a
        left join triggers b on a.relname = b.relname and a.moment < b.moment and a.tgname > b.tgname
        where b.tgname is not null or a.moment is null""",
    "policies begin with their table": """
        select p.polname || ' on ' || c.relname from pg_policy p join pg_class c on c.oid = p.polrelid
        where c.relnamespace = 'roomtone'::regnamespace and p.polname !~ ('^' || c.relname || '_')""",
}

UNSAFE = {
    "a table without row-level security": """
        select relname from pg_class
        where relnamespace = 'roomtone'::regnamespace and relkind = 'r' and not relrowsecurity""",
    "a function that everybody may call": """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace = 'roomtone'::regnamespace
          and (p.proacl is null or exists (
            select from aclexplode(p.proacl) g where g.grantee = 0 and g.privilege_type = 'EXECUTE'))""",
    "a SECURITY DEFINER function that looks names up where its caller says": """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace = 'roomtone'::regnamespace and p.prosecdef
          and not exists (select from unnest(p.proconfig) s where s like 'search_path=%')""",
    "a table that the relay's own login may touch": """
        select c.relname from pg_class c
        where c.relnamespace = 'roomtone'::regnamespace and c.relkind in ('r', 'v')
          and exists (select from aclexplode(c.relacl) g where g.grantee = 'roomtone_relay'::regrole)""",
    "a table that everybody may touch": """
        select c.relname from pg_class c
        where c.relnamespace = 'roomtone'::regnamespace and c.relkind in ('r', 'v')
          and exists (select from aclexplode(c.relacl) g where g.grantee = 0)""",
    "a view whose reader's filter may run before its own": """
        select c.relname from pg_class c
        where c.relnamespace = 'roomtone'::regnamespace
          and ((c.relkind = 'v' and not coalesce('security_barrier=true' = any (c.reloptions), false)) or c.relkind = 'm')""",
    "a function that says it is LEAKPROOF, and so may run before a policy": """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace = 'roomtone'::regnamespace and p.proleakproof""",
    # Such a function's query becomes part of its caller's, and its conditions are no barrier there.
    "a function for people whose rows their filter may meet before its own conditions do": """
        select p.oid::regprocedure::text from pg_proc p join pg_language l on l.oid = p.prolang
        where p.pronamespace = 'roomtone'::regnamespace and p.proretset and l.lanname = 'sql'
          and not p.prosecdef and p.provolatile <> 'v' and p.proconfig is null
          and has_function_privilege('roomtone_person', p.oid, 'execute')""",
    # PostgreSQL before 18 then refuses to add a column with a default to this table.
    "an SQL function whose stored body takes a row of the table rooms": """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace = 'roomtone'::regnamespace and p.prosqlbody is not null
          and (select c.reltype from pg_class c where c.oid = 'rooms'::regclass) = any (p.proargtypes)""",
    "a policy on a table that does not ask it": """
        select p.polname from pg_policy p join pg_class c on c.oid = p.polrelid
        where c.relnamespace = 'roomtone'::regnamespace and not c.relrowsecurity""",
}


@pytest.mark.parametrize("kind", UNCOMMENTED)
def test_every_object_says_what_it_is(connect: Connect, kind: str) -> None:
    assert connect().execute(UNCOMMENTED[kind].encode()).fetchall() == []


@pytest.mark.parametrize("rule", MISNAMED)
def test_names_follow_the_guide(connect: Connect, rule: str) -> None:
    assert connect().execute(MISNAMED[rule].encode()).fetchall() == []


@pytest.mark.parametrize("danger", UNSAFE)
def test_no_object_is_unsafe(connect: Connect, danger: str) -> None:
    assert connect().execute(UNSAFE[danger].encode()).fetchall() == []


def test_the_demo_has_topics_clubs_rooms_and_users(
    connect: Connect, demo_database_url: str
) -> None:
    connection = connect(demo_database_url)
    counts = connection.execute(
        "select (select count(*) from topics), (select count(*) from clubs),"
        " (select count(*) from rooms), (select count(*) from users),"
        " (select count(*) from participants)"
    ).fetchone()
    assert counts == (6, 6, 12, 14, 0)
    stages = connection.execute("select distinct stage from rooms order by stage").fetchall()
    assert stages == [("moderated",), ("open",)]
    assert connection.execute("select from users where username = 'rick'").fetchone() is not None
    lonely = connection.execute(
        "select name from clubs where (select count(*) from followers where club_id = clubs.id) < 2"
    ).fetchall()
    assert lonely == []

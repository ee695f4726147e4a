"""A database that an earlier release installed becomes the same as a new one, and keeps its rows."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from roomtone.postgres.install import install

from ..conftest import Connect
from ..people import Psql

RELEASE_0_1_0 = Path(__file__).with_name("release_0_1_0.sql.gz")
"""The SQL files of release 0.1.0 with its demo, in the order in which it installed them."""

CATALOG = {
    "columns": """
        select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attstorage,
               pg_get_expr(d.adbin, d.adrelid), array(select g::text from unnest(a.attacl) g order by 1),
               col_description(c.oid, a.attnum)
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        where c.relnamespace = 'roomtone'::regnamespace and c.relkind in ('r', 'v') and a.attnum > 0 and not a.attisdropped""",
    "tables and views": """
        select c.relname, c.relkind, c.relpersistence, array(select o from unnest(c.reloptions) o order by 1), c.relrowsecurity,
               array(select g::text from unnest(c.relacl) g order by 1), obj_description(c.oid, 'pg_class'),
               case c.relkind when 'v' then pg_get_viewdef(c.oid) end
        from pg_class c where c.relnamespace = 'roomtone'::regnamespace and c.relkind in ('r', 'v')""",
    "indexes": """
        select pg_get_indexdef(x.indexrelid), obj_description(x.indexrelid, 'pg_class')
        from pg_index x join pg_class c on c.oid = x.indrelid where c.relnamespace = 'roomtone'::regnamespace""",
    "constraints": """
        select c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid), obj_description(c.oid, 'pg_constraint')
        from pg_constraint c where c.connamespace = 'roomtone'::regnamespace and c.contype <> 'n'""",
    "functions": """
        select p.oid::regprocedure::text, pg_get_functiondef(p.oid), array(select g::text from unnest(p.proacl) g order by 1),
               obj_description(p.oid, 'pg_proc')
        from pg_proc p where p.pronamespace = 'roomtone'::regnamespace""",
    "triggers": """
        select pg_get_triggerdef(t.oid), obj_description(t.oid, 'pg_trigger')
        from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = 'roomtone'::regnamespace and not t.tgisinternal""",
    "policies": """
        select p.polrelid::regclass::text, p.polname, p.polcmd, pg_get_expr(p.polqual, p.polrelid),
               pg_get_expr(p.polwithcheck, p.polrelid), obj_description(p.oid, 'pg_policy')
        from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace = 'roomtone'::regnamespace""",
}


@pytest.fixture
def upgraded(empty_database_url: str, connect: Connect) -> str:
    """A database of release 0.1.0, in which people talk, and then this release over it."""
    connection = connect(empty_database_url)
    connection.execute(gzip.decompress(RELEASE_0_1_0.read_bytes()))
    old = Psql(connect(empty_database_url))
    room = old.room("rick", "Talk", stage="moderated")
    old.seat(room, "rick")
    old.seat(room, "anna")
    old.run(
        "update participants set followed_by = 'a relay', lapses_at = now() where role = 'AUDIENCE'"
    )
    old.act_as("anna").run("select say(%s, 'hello')", room)
    old.act_as("anna").run("select raise_hand(%s)", room)
    installed = install(empty_database_url, demo=True)
    assert (installed.changed, installed.new, installed.demo) == (True, False, False)
    return empty_database_url


@pytest.mark.parametrize("kind", CATALOG)
def test_an_upgraded_database_is_the_same_as_a_new_one(
    upgraded: str, database_url: str, connect: Connect, kind: str
) -> None:
    query = CATALOG[kind].encode()
    after_upgrade = set(map(repr, connect(upgraded).execute(query)))
    assert after_upgrade == set(map(repr, connect(database_url).execute(query)))


def test_an_upgrade_keeps_the_rows_and_the_room_goes_on(upgraded: str, connect: Connect) -> None:
    psql = Psql(connect(upgraded))
    (room,) = psql.all("select id from rooms where name = 'Talk'")[0]
    seat = "select role, served_by, expires_at is not null from participants where room_id = %s order by role"
    assert psql.all(seat, room) == [("AUDIENCE", "a relay", True), ("HOST", None, False)]
    log = "select table_name from events where room_id = %s order by seq"
    assert [name for (name,) in psql.all(log, room)] == [
        "rooms",
        "participants",
        "participants",
        "messages",
        "participants",
    ]
    assert psql.act_as("rick").one("select invite_to_speak(%s, 'anna')", room) == "SPEAKER"
    assert psql.act_as("anna").one("select unmute(%s)", room) is True
    with_all = "select string_agg(what, '; ' order by seq) from replay_room(%s)"
    assert "anna: hello" in psql.act_as("rick").one(with_all, room)


def test_every_replaced_name_of_a_rule_is_renamed(psql: Psql) -> None:
    """As in a database of a release in which these rules had their old names."""
    file = Path(__file__).parents[2] / "schema/00_database/05_renames.sql"
    text = file.read_text("utf-8")
    block = text.partition("-- Constraints.")[2].partition("loop")[0]
    replaced = re.findall(r"\('(\w+)', '(\w+)', '(\w+)'\)", block)
    assert replaced
    rules = (
        "select conname from pg_constraint"
        " where connamespace = 'roomtone'::regnamespace and contype <> 't'"
    )
    before = sorted(psql.all(rules))
    for table, old, new in replaced:
        psql.connection.execute(f"alter table {table} rename constraint {new} to {old}".encode())
    assert sorted(psql.all(rules)) != before
    psql.connection.execute(text.encode())
    assert sorted(psql.all(rules)) == before

"""A database that an earlier release installed becomes the same as a new one, and keeps its rows."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from roomtone.postgres.install import install
from roomtone.tools.database_server import OPERATOR

from ..conftest import Connect
from ..databases import Databases
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


OF_0_1_0 = (
    "select peer::text from roomtone.relay_follow('old', '{}'::uuid[]) peer",
    "select roomtone.relay_unfollow('old', '{}'::uuid[], interval '10 s')::text",
    "select peer::text from roomtone.relay_seated('{}'::uuid[]) peer",
    "select roomtone.relay_lapse_orphans(interval '4 s', interval '10 s')",
    "select roomtone.relay_reap_one_room()",
    "select roomtone.relay_tidy(interval '1 hour', 20000)",
    "select notify_queue, written from roomtone.relay_watch()",
    "select recording, file from roomtone.relay_tend_recordings(null)",
    "select gone from roomtone.relay_recordings_gone('{}') gone",
    "select room_id, epoch, head_seq, tail_seq, seq, table_name, recipient, seat_user, seat_peer, event from roomtone.relay_read('{1}', '{0}')",
    "select room_id, epoch, head_seq from roomtone.relay_logs('{1}')",
    "select roomtone.relay_open_rooms()",
    "select user_id, invitations::text from roomtone.relay_invitations_of('{1}')",
    "select roomtone.relay_heartbeat('old', 'here')",
    "select roomtone.relay_secret('jwt')",
    "select id, username from roomtone.sign_in('echo', 'bot')",
    "select roomtone.become('{}'::jsonb, 'old')",
)
"""What a relay of release 0.1.0 asks."""


@pytest.fixture(scope="module")
def upgraded(databases: Databases) -> Iterator[str]:
    """A database of release 0.1.0, in which people talk, and then this release over it. One for all tests."""
    name = databases.make("template0")
    url = databases.url(name)
    with psycopg.connect(url, **OPERATOR) as connection:
        connection.execute(gzip.decompress(RELEASE_0_1_0.read_bytes()))
    with psycopg.connect(url, **OPERATOR) as connection:
        old = Psql(connection)
        room = old.room("rick", "Talk", stage="moderated")
        old.seat(room, "rick")
        old.seat(room, "anna")
        old.run(
            "update participants set followed_by = 'a relay', lapses_at = now() where role = 'AUDIENCE'"
        )
        old.act_as("anna").run("select say(%s, 'hello')", room)
        old.act_as("anna").run("select raise_hand(%s)", room)
        old.act_as(None).run(
            "create view public.open_rooms as select id, name, here from roomtone.hallway"
        )
    installed = install(url, demo=True)
    assert (installed.changed, installed.new, installed.demo) == (True, False, False)
    yield url
    databases.drop(name)


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


def test_a_view_of_the_operators_on_the_hallway_survives(upgraded: str, connect: Connect) -> None:
    psql = Psql(connect(upgraded))
    assert psql.one("select here from public.open_rooms where name = 'Talk'") == 2


def test_the_search_path_that_release_0_1_0_set_is_given_back_and_another_is_kept(
    upgraded: str, connect: Connect
) -> None:
    settings = "select count(*) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where datname = current_database()"
    psql = Psql(connect(upgraded))
    assert psql.one(settings) == 0
    name = sql.Identifier(psql.connection.info.dbname)
    psql.connection.execute(
        sql.SQL("alter database {} set search_path = mine, roomtone").format(name)
    )
    psql.run("update schema_installs set files = '{}' where true")
    assert install(upgraded, demo=False).changed
    assert psql.one(settings) == 1
    psql.connection.execute(sql.SQL("alter database {} reset search_path").format(name))


def test_relays_of_release_0_1_0_go_on_beside_this_release_until_they_have_stopped(
    empty_database_url: str, database_url: str, connect: Connect
) -> None:
    connection = connect(empty_database_url)
    connection.execute(gzip.decompress(RELEASE_0_1_0.read_bytes()))
    as_relay = connect(make_conninfo(empty_database_url, user="roomtone_relay"))
    as_relay.execute("select roomtone.relay_heartbeat('old', 'here', 'relay')")
    installed = install(empty_database_url, demo=True)
    assert (installed.changed, installed.older) == (True, 1)
    for call in OF_0_1_0:
        as_relay.execute(call.encode())
    page = Psql(connect(empty_database_url))
    room = page.room("rick")
    page.seat(room, "rick")
    page.act_as("rick")
    assert page.one("select name from found_club(name => 'Moth', topic => null)") == "Moth"
    assert page.one("select slow_mode(room_id => %s, seconds => 30)", room) == 30
    # and it finds its own schema here, so that it installs nothing
    newest = "select version from schema_installs order by installed_at desc limit 1"
    assert connection.execute(newest).fetchone() == ("0.1.0",)
    mark = connection.execute(
        "select fingerprint from schema_installs where installed_at = 'infinity'"
    )
    assert as_relay.execute("select roomtone.schema_fingerprint()").fetchone() == mark.fetchone()
    assert install(make_conninfo(empty_database_url, user="roomtone_relay"), demo=False).older == 0
    as_relay.execute("select roomtone.relay_goodbye('old', interval '0')")
    finished = install(empty_database_url, demo=True)
    assert (finished.changed, finished.older) == (True, 0)
    functions = CATALOG["functions"].encode()
    assert set(map(repr, connection.execute(functions))) == set(
        map(repr, connect(database_url).execute(functions))
    )


def test_every_replaced_name_of_a_rule_is_renamed(psql: Psql) -> None:
    """As in a database of a release in which these rules had their old names."""
    file = Path(__file__).parents[2] / "schema/migrations/010_names.pre.sql"
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

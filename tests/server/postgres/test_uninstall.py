"""Roomtone is removed from a database, and nothing else."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from roomtone.postgres.install import install
from roomtone.postgres.preflight import InstallError, Roles
from roomtone.postgres.uninstall import Uninstalled, contents, uninstall

from ...conftest import Connect, NewDatabase
from ...databases import Databases
from ...people import Psql
from ...schema.test_upgrade import RELEASE_0_1_0
from .test_backup import accounts_with_passkeys
from .test_preflight import ROLES, owner_url
from .test_shop import SHOP, a_day, outside, shop_url

__all__ = ["owner_url", "shop_url"]


@pytest.fixture(scope="module")
def shop_with_roomtone(databases: Databases, template: str) -> Iterator[str]:
    """The name of a database of a shop in which Roomtone was installed, to be copied."""
    name = databases.make("template0")
    with psycopg.connect(databases.url(name), autocommit=True) as shop:
        shop.execute(SHOP.read_bytes())
        install(databases.url(name), demo=True)
        shop.execute("delete from roomtone.database_marks where true")  # its copies are no copies
    yield name
    databases.drop(name)


def test_a_shop_is_the_same_after_roomtone_was_removed(
    shop_url: str, connect: Connect, template: str
) -> None:
    before = outside(shop_url, connect)
    install(shop_url, demo=True)
    found = contents(shop_url)
    assert (found.users, found.rooms, found.messages) == (14, 12, 0)
    assert uninstall(shop_url) == Uninstalled(
        roles=(), kept=Roles().all()
    )  # the template uses them
    assert outside(shop_url, connect) == before
    gone = "select count(*) from pg_namespace where nspname = 'roomtone'"
    assert connect(shop_url).execute(gone).fetchone() == (0,)
    with pytest.raises(InstallError, match="There is no Roomtone in the database"):
        contents(shop_url)
    assert install(shop_url, demo=False).new


def test_a_shop_is_the_same_after_release_0_1_0_an_upgrade_a_day_and_a_removal(
    shop_url: str, connect: Connect, template: str
) -> None:
    connection = connect(shop_url)
    name = sql.Identifier(connection.info.dbname)
    # that release replaced the setting, so that one of the shop's own would be lost
    connection.execute(sql.SQL("alter database {} reset search_path").format(name))
    before = outside(shop_url, connect)
    connection.execute(gzip.decompress(RELEASE_0_1_0.read_bytes()))
    used = Psql(connect(shop_url))
    used.run("set search_path = roomtone, pg_temp")
    used.seat(used.room("rick"), "anna")
    assert install(shop_url, demo=True).changed
    assert outside(shop_url, connect) == before
    a_day(shop_url)
    accounts_with_passkeys(Psql(connect(shop_url)), "bo")
    assert outside(shop_url, connect) == before
    assert not install(shop_url, demo=True).changed
    assert uninstall(shop_url).kept == Roles().all()
    assert outside(shop_url, connect) == before
    left = connection.execute(
        "select 'schema' from pg_namespace where nspname = 'roomtone'"
        " union all select 'large object' from pg_largeobject_metadata"
        " union all select 'event trigger' from pg_event_trigger union all select 'extension ' || extname from pg_extension where extname <> 'plpgsql'"
        " union all select 'default right' from pg_default_acl union all select 'cast' from pg_cast where oid >= 16384"
    ).fetchall()
    assert left == []


def test_what_a_shop_created_by_the_search_path_of_release_0_1_0_stays_found_until_it_is_moved(
    empty_database_url: str, connect: Connect, template: str
) -> None:
    setting = (
        "select count(*) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase"
        " where datname = current_database()"
    )
    connect(empty_database_url).execute(gzip.decompress(RELEASE_0_1_0.read_bytes()))
    shop = connect(empty_database_url)
    shop.execute("reset search_path")  # as the database has it
    shop.execute("create table invoices (id serial primary key, sum int); insert into invoices (sum) values (7)")  # fmt: skip
    assert shop.execute("select to_regclass('roomtone.invoices') is null").fetchone() == (False,)
    with pytest.raises(InstallError, match="Run `roomtone install`"):
        contents(empty_database_url)
    with pytest.raises(InstallError, match="Run `roomtone install`"):
        uninstall(empty_database_url)
    (said,) = install(empty_database_url, demo=True).warnings
    name = connect(empty_database_url).info.dbname
    to_type = (
        f"alter table roomtone.invoices set schema public; alter database {name} reset search_path;"
    )
    assert said.endswith(f"run: {to_type}")
    again = connect(empty_database_url)
    again.execute("reset search_path")
    assert again.execute("select sum from invoices").fetchone() == (7,)
    with pytest.raises(InstallError, match=r": table roomtone\.invoices\..*Nothing was removed"):
        uninstall(empty_database_url)
    move, _, _ = to_type.partition("; ")
    again.execute(move.encode())
    assert again.execute(setting).fetchone() == (1,)
    uninstall(empty_database_url)  # takes the setting back
    assert again.execute(setting).fetchone() == (0,)
    assert again.execute("select sum from public.invoices").fetchone() == (7,)


def test_everything_in_the_schema_is_known_to_be_roomtones(connect: Connect) -> None:
    others = "select object from objects_of_others()"
    assert connect().execute(others).fetchall() == []


def test_memberships_that_the_installation_granted_to_roles_of_others_are_revoked(
    owner_url: str, empty_database_url: str, connect: Connect
) -> None:
    admin = connect(empty_database_url)
    admin.execute(
        "create role talk_anon; create role talk_person; create role talk_relay login noinherit;"
        " grant talk_anon, talk_person, talk_relay to shop_owner with admin option;"
        " grant talk_anon to talk_relay"
    )
    members = (
        "select roleid::regrole::text, member::regrole::text, grantor::regrole::text from pg_auth_members"
        " where roleid::regrole::text like 'talk%' order by 1, 2, 3"
    )
    before = admin.execute(members).fetchall()
    install(owner_url, demo=False, roles=ROLES)
    assert len(admin.execute(members).fetchall()) > len(before)
    assert uninstall(owner_url).kept == ROLES.all()
    assert admin.execute(members).fetchall() == before


@pytest.mark.parametrize(
    ("made", "named"),
    [
        ("create view shop.open_rooms as select name from roomtone.hallway", "view shop.open_rooms"),
        (
            "create table shop.tips (user_id bigint references roomtone.users (id))",
            "table constraint tips_user_id_fkey on shop.tips",
        ),
        ("create table shop.notes (author roomtone.users)", "table column shop.notes.author"),
        (
            "create trigger greet after insert on shop.users execute function roomtone.tg_set_synchronous_commit()",
            "trigger greet on shop.users",
        ),
        (
            "create function shop.hosts() returns bigint begin atomic select count(*) from roomtone.rooms; end",
            r"function shop.hosts\(\)",
        ),
        ("create publication everything for table roomtone.rooms", "publication relation roomtone.rooms in publication everything"),
        ("create publication whole for tables in schema roomtone", "publication namespace roomtone in publication whole"),
        (
            "create rule follow as on insert to shop.users do also delete from roomtone.bans where room_id = new.id",
            "rule follow on shop.users",
        ),
        ("create statistics shop.keys on id, (roomtone.name_key(username)) from shop.users", "statistics object shop.keys"),
        ("create index on shop.users (roomtone.name_key(username))", "index shop.users_name_key_idx"),
        ("alter table shop.users add check (roomtone.name_key(username) <> '')", "table constraint users_username_check on shop.users"),
        ("create operator public.~~~ (function = roomtone.name_key, rightarg = text)", r"operator public\.~~~"),
        ("create extension vector with schema roomtone", "extension vector.*alter extension vector set schema public;"),
        (
            "create function roomtone.on_command() returns event_trigger language plpgsql as 'begin end';"
            "create event trigger watch on ddl_command_end execute function roomtone.on_command()",
            "function roomtone.on_command",
        ),
        (
            "set search_path = roomtone, public; create table invoices (id serial primary key, sum int); create type mood as enum ('well');"
            "create view paid as select sum from invoices; create function vat(int) returns int language sql return $1 / 5",
            r"would be dropped .*: function roomtone.vat\(integer\), table roomtone.invoices, type roomtone.mood, view roomtone.paid\."
            r".*alter table roomtone.invoices set schema public;",
        ),
    ],
)  # fmt: skip
def test_what_depends_on_the_schema_is_named_and_nothing_is_removed(
    shop_with_roomtone: str, new_database: NewDatabase, connect: Connect, made: str, named: str
) -> None:
    shop_url = new_database(shop_with_roomtone)
    connection = connect(shop_url)
    connection.execute(made.encode())
    with pytest.raises(InstallError, match=f"{named}.*Nothing was removed"):
        uninstall(shop_url)
    assert connection.execute("select count(*) from roomtone.rooms").fetchone() == (12,)
    assert not install(shop_url, demo=True).changed


def test_roles_that_the_installation_created_are_removed_and_others_are_kept(
    owner_url: str, empty_database_url: str, connect: Connect
) -> None:
    admin = connect(empty_database_url)
    admin.execute(
        "create role talk_anon; create role talk_person;"
        " grant talk_anon, talk_person to shop_owner with admin option"
    )
    admin.execute("alter role shop_owner createrole")
    install(owner_url, demo=False, roles=ROLES)
    assert uninstall(owner_url) == Uninstalled(("talk_relay",), ("talk_anon", "talk_person"))


def test_nothing_is_removed_while_something_runs_or_by_somebody_else(
    database_url: str, connect: Connect
) -> None:
    psql = Psql(connect())
    psql.run(
        "insert into nodes (id, kind, address, heartbeat_at) values ('relay-1', 'relay', 'here', now() + interval '1 hour')"
    )
    with pytest.raises(InstallError, match="1 relays, media nodes or bots are running"):
        contents(database_url)
    psql.run("update nodes set heartbeat_at = now() - interval '11 seconds' where true")
    with pytest.raises(InstallError, match="needs the login that owns the schema"):
        contents(make_conninfo(database_url, user="roomtone_relay"))
    with pytest.raises(InstallError, match="needs the login that owns the schema"):
        uninstall(make_conninfo(database_url, user="roomtone_relay"))
    read_only = make_conninfo(database_url, options="-c default_transaction_read_only=on")
    for refused in (contents, uninstall):
        with pytest.raises(InstallError, match="is read-only: it is a standby"):
            refused(read_only)
    assert psql.one("select to_regclass('roomtone.rooms') is not null") is True


def test_the_command_asks_first(new_database: NewDatabase, demo_template: str) -> None:
    url = new_database(demo_template)

    def said(*flags: str, typed: str = "") -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "roomtone", "uninstall", "--database-url", url, *flags],
            input=typed, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    for answer in ("", "n\n"):
        status, shown = said(typed=answer)
        assert status == 1
        assert "with 14 users, 12 rooms and 0 messages? [y/N]" in shown
    status, shown = said(typed="y\n")
    assert status == 0, shown
    assert "Removed the schema roomtone from" in shown
    status, shown = said("--yes")
    assert (status, "There is no Roomtone in the database" in shown) == (1, True)

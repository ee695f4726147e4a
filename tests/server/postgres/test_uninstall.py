"""Roomtone is removed from a database, and nothing else."""

from __future__ import annotations

import gzip
import subprocess
import sys

import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from roomtone.postgres.install import install
from roomtone.postgres.preflight import InstallError, Roles
from roomtone.postgres.uninstall import Uninstalled, contents, uninstall

from ...conftest import Connect, NewDatabase
from ...people import Psql
from ...schema.test_upgrade import RELEASE_0_1_0
from .test_preflight import ROLES, owner_url
from .test_shop import outside, shop_url

__all__ = ["owner_url", "shop_url"]


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


def test_a_shop_is_the_same_after_release_0_1_0_an_upgrade_and_a_removal(
    shop_url: str, connect: Connect, template: str
) -> None:
    connection = connect(shop_url)
    name = sql.Identifier(connection.info.dbname)
    # that release replaced the setting, so that one of the shop's own would be lost
    connection.execute(sql.SQL("alter database {} reset search_path").format(name))
    before = outside(shop_url, connect)
    connection.execute(gzip.decompress(RELEASE_0_1_0.read_bytes()))
    assert install(shop_url, demo=True).changed
    assert uninstall(shop_url).kept == Roles().all()
    assert outside(shop_url, connect) == before


@pytest.mark.parametrize(
    ("made", "named"),
    [
        ("create view shop.open_rooms as select name from roomtone.hallway", "view shop.open_rooms"),
        (
            "create table shop.tips (user_id bigint references roomtone.users (id))",
            "constraint tips_user_id_fkey on table shop.tips",
        ),
        ("create table shop.notes (author roomtone.users)", "column author of table shop.notes"),
        (
            "create trigger greet after insert on shop.users execute function roomtone.tg_set_synchronous_commit()",
            "trigger greet on table shop.users",
        ),
        (
            "create function shop.hosts() returns bigint begin atomic select count(*) from roomtone.rooms; end",
            r"function shop.hosts\(\)",
        ),
        ("create publication everything for table roomtone.rooms", "publication of table rooms in publication everything"),
    ],
)  # fmt: skip
def test_what_depends_on_the_schema_is_named_and_nothing_is_removed(
    shop_url: str, connect: Connect, made: str, named: str
) -> None:
    install(shop_url, demo=True)
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
    psql.run("insert into nodes (id, kind, address) values ('relay-1', 'relay', 'here')")
    with pytest.raises(InstallError, match="1 relays, media nodes or bots are running"):
        contents(database_url)
    psql.run("update nodes set heartbeat_at = heartbeat_at - interval '11 seconds' where true")
    with pytest.raises(InstallError, match="does not own"):
        contents(make_conninfo(database_url, user="roomtone_relay"))
    with pytest.raises(InstallError, match="does not own"):
        uninstall(make_conninfo(database_url, user="roomtone_relay"))
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

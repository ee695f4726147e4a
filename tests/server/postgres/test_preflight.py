"""Databases in which Roomtone cannot be installed: each refusal says what was found and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from roomtone.paths import PACKAGE
from roomtone.postgres.install import install
from roomtone.postgres.preflight import OURS, InstallError, Roles
from roomtone.postgres.uninstall import contents

from ...conftest import Connect, Connection
from ...databases import Databases
from ...running import run_relay
from .test_shop import shop_url

__all__ = ["shop_url"]

ROLES = Roles("talk_anon", "talk_person", "talk_relay")


def has_schema(url: str) -> bool:
    with psycopg.connect(url) as connection:
        row = connection.execute("select to_regnamespace('roomtone') is not null").fetchone()
    return row == (True,)


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_of_another_encoding_is_refused_with_the_reason(
    databases: Databases, admin: Connection, encoding: str
) -> None:
    name = f"in_{encoding.lower()}"
    make = sql.SQL(
        "create database {} encoding {} locale_provider libc locale 'C' template template0"
    )
    admin.execute(make.format(sql.Identifier(name), sql.Literal(encoding)))
    try:
        with pytest.raises(InstallError, match=f"has the encoding {encoding}.*encoding 'UTF8'"):
            install(databases.url(name), demo=True)
        assert not has_schema(databases.url(name))
    finally:
        databases.drop(name)


@pytest.mark.parametrize(
    ("made", "named"),
    [
        ("table roomtone.guests (name text)", "table roomtone.guests"),
        ("sequence roomtone.numbers", "sequence roomtone.numbers"),
        ("type roomtone.mood as enum ('well')", "type roomtone.mood"),
        ("domain roomtone.username as text", "type roomtone.username"),
        (
            "function roomtone.say(int) returns int language sql return 1",
            r"function roomtone.say\(integer\)",
        ),
    ],
)
def test_a_schema_of_this_name_that_is_anothers_is_left_alone(
    empty_database_url: str, connect: Connect, made: str, named: str
) -> None:
    connection = connect(empty_database_url)
    connection.execute(f"create schema roomtone; create {made}".encode())
    held = "select count(*) from pg_depend where refobjid = 'roomtone'::regnamespace"
    before = connection.execute(held).fetchone()
    with pytest.raises(InstallError, match=rf"not Roomtone's: it has {named}\. Rename it"):
        install(empty_database_url, demo=True)
    assert connection.execute(held).fetchone() == before


def test_an_empty_schema_of_this_name_was_made_for_roomtone(
    empty_database_url: str, connect: Connect
) -> None:
    connection = connect(empty_database_url)
    connection.execute("create schema roomtone; alter default privileges in schema roomtone grant select on tables to public")  # fmt: skip
    assert install(empty_database_url, demo=True).new


def test_a_read_only_database_is_refused(empty_database_url: str, connect: Connect) -> None:
    name = sql.Identifier(connect(empty_database_url).info.dbname)
    change = sql.SQL("alter database {} set default_transaction_read_only = on").format(name)
    connect(empty_database_url).execute(change)
    with pytest.raises(InstallError, match=r"is read-only: .* when it accepts writes"):
        install(empty_database_url, demo=True, patience=0.1)


def test_an_installation_waits_until_the_database_accepts_writes(
    empty_database_url: str, connect: Connect
) -> None:
    operator = connect(empty_database_url)
    name = sql.Identifier(operator.info.dbname)
    operator.execute(
        sql.SQL("alter database {} set default_transaction_read_only = on").format(name)
    )

    def accept(line: str) -> None:
        if line.endswith("to accept writes"):
            change = "alter database {} reset default_transaction_read_only"
            operator.execute(sql.SQL(change).format(name))

    assert install(empty_database_url, demo=False, on_progress=accept).new


def test_a_database_named_by_database_url_alone_is_not_installed_into(shop_url: str) -> None:
    with pytest.raises(
        InstallError,
        match=r"which has other tables: .*public.rooms.* and 2 more.* changes nothing else",
    ):
        install(shop_url, demo=True, beside_others=False)
    assert not has_schema(shop_url)
    assert install(shop_url, demo=False).new
    assert not install(shop_url, demo=False, beside_others=False).changed


@pytest.mark.parametrize(
    "made", ["view orders as select 1", "materialized view orders as select 1"]
)
def test_nor_is_one_that_has_only_views(
    made: str, empty_database_url: str, connect: Connect
) -> None:
    connect(empty_database_url).execute(f"create {made}".encode())
    with pytest.raises(InstallError, match=r"which has other tables: public\.orders"):
        install(empty_database_url, demo=True, beside_others=False)
    assert not has_schema(empty_database_url)


def test_a_login_that_does_not_own_the_schema_is_told_whose_it_is(
    database_url: str, connect: Connect
) -> None:
    connect().execute("create role somebody login")
    url = make_conninfo(database_url, user="somebody")
    try:
        with pytest.raises(
            InstallError, match="belongs to postgres, and the login somebody may not"
        ):
            install(url, demo=False)
        with pytest.raises(InstallError, match="needs the login that owns the schema, postgres"):
            contents(url)
    finally:
        connect().execute("drop role somebody")


@pytest.mark.parametrize(
    "names", ["a,b", "a,b,b", "a,b,c d", "A,b,c", "a,b,c;", "a,b," + "c" * 64, ""]
)
def test_other_names_than_three_plain_ones_are_refused(names: str) -> None:
    with pytest.raises(InstallError, match="three names"):
        Roles.named(names)


@pytest.fixture
def owner_url(empty_database_url: str, connect: Connect) -> Iterator[str]:
    """Of a login that owns the database, is no superuser and may not create roles."""
    admin = connect(empty_database_url)
    admin.execute("create role shop_owner login")
    name = sql.Identifier(admin.info.dbname)
    admin.execute(sql.SQL("alter database {} owner to shop_owner").format(name))
    yield make_conninfo(empty_database_url, user="shop_owner")
    admin.execute(sql.SQL("alter database {} owner to postgres").format(name))
    admin.execute("drop owned by shop_owner cascade")
    for role in (*ROLES.all(), "shop_owner"):
        admin.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))


def test_an_owner_who_may_not_create_roles_is_told_what_to_ask_for_and_names_them(
    owner_url: str, empty_database_url: str, connect: Connect, template: str
) -> None:
    with pytest.raises(InstallError, match="may not create or grant them") as refusal:
        install(owner_url, demo=True, roles=ROLES)
    assert not has_schema(owner_url)
    asked_for = str(refusal.value).partition("to run: ")[2].partition(" (Other names")[0]
    admin = connect(empty_database_url)
    admin.execute(asked_for.encode())  # as a login that may
    assert install(owner_url, demo=True, roles=ROLES).new
    assert not install(owner_url, demo=True).changed  # the schema knows its roles
    with pytest.raises(InstallError, match="talk_anon, talk_person, talk_relay, which cannot"):
        install(owner_url, demo=True, roles=Roles())
    for url in (owner_url, make_conninfo(empty_database_url, user="talk_relay")):
        assert not install(url, demo=True).changed
        with run_relay(url) as relay, relay.client() as anybody, relay.sign_in("rick") as rick:
            assert anybody.get("/ready").status_code == 200
            assert len(anybody.get("/rows/hallway").json()) == 12
            assert anybody.post("/rows/rooms", json={"name": "Tea"}).status_code == 401
            assert rick.post("/rows/rpc/join_room", json={"room_id": 1}).status_code == 200
            assert "/rows/rooms" in anybody.get("/openapi.json").json()["paths"]
    granted = "select count(*) from pg_class where relnamespace = 'roomtone'::regnamespace and relacl::text like '%roomtone\\_%'"
    assert admin.execute(granted).fetchone() == (0,)


@pytest.mark.parametrize("login", ["Shop Owner", "anna@example.com"])
def test_what_is_asked_for_can_be_typed_whatever_the_names_of_login_and_database(
    login: str, databases: Databases, admin: Connection, connect: Connect, template: str
) -> None:
    name = f"Talk & Tea of {login}"
    admin.execute(sql.SQL("create role {} login").format(sql.Identifier(login)))
    admin.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
    superuser = make_conninfo(databases.url("postgres"), dbname=name)
    try:
        url = make_conninfo(superuser, user=login)
        for asked_for in (r"allow it: (grant .*;)", r"to run: (create .*;) \(Other"):
            with pytest.raises(InstallError, match=asked_for) as refusal:
                install(url, demo=False, roles=ROLES)
            found = re.search(asked_for, str(refusal.value))
            assert found is not None
            connect(superuser).execute(found[1].encode())
        assert install(url, demo=False, roles=ROLES).new
    finally:
        databases.drop(name)
        for role in (*ROLES.all(), login):
            admin.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))


def test_no_query_of_the_server_names_a_role_that_may_have_another_name() -> None:
    queries = [path for path in PACKAGE.rglob("*.sql") if "schema" not in path.parts]
    assert queries
    assert [path.name for path in queries if OURS.search(path.read_text("utf-8"))] == []

"""A database whose settings are meant for other programs: Roomtone's sessions set their own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import LiteralString
from uuid import uuid4

import pytest
from psycopg import AsyncConnection, sql
from roomtone.postgres.install import install
from roomtone.postgres.login import login
from roomtone.postgres.roles import become_relay
from roomtone.postgres.single_value import single_value

from ...conftest import Connect
from ...people import Psql
from ...running import run_relay

JSON = {"Accept": "application/json"}

UNUSUAL: dict[str, LiteralString] = {
    "default_transaction_isolation": "serializable",
    "default_transaction_deferrable": "on",
    "timezone": "Europe/Berlin",
    "datestyle": "German",
    "intervalstyle": "iso_8601",
    "client_encoding": "LATIN1",
    "standard_conforming_strings": "off",
    "row_security": "off",
    "array_nulls": "off",
    "transform_null_equals": "on",
    "bytea_output": "escape",
    "extra_float_digits": "-15",
    "quote_all_identifiers": "on",
    "search_path": "hidden, pg_catalog",
}
HIDES: LiteralString = """
    create schema hidden;
    create domain hidden.text as int;
    create function hidden.now() returns timestamptz language sql as 'select null::timestamptz';
    create function hidden.lower(pg_catalog.text) returns pg_catalog.text language sql as 'select null';
    create function hidden.differs(bigint, bigint) returns boolean language sql as 'select false';
    create operator hidden.= (function = hidden.differs, leftarg = bigint, rightarg = bigint);
    create table hidden.users (id int)
"""
"""A schema that the search path names before pg_catalog, with names that PostgreSQL has itself."""


@pytest.fixture
def unusual_url(empty_database_url: str, connect: Connect) -> str:
    connection = connect(empty_database_url)
    connection.execute(HIDES)
    database = sql.Identifier(connection.info.dbname)
    for name, value in UNUSUAL.items():
        change = sql.SQL("alter database {} set {} = {}")
        # A search path is a list of names.
        given = sql.SQL(value) if name == "search_path" else sql.Literal(value)
        connection.execute(change.format(database, sql.Identifier(name), given))
    return empty_database_url


def test_twelve_join_at_once_where_the_default_isolation_is_serializable(
    unusual_url: str, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    install(unusual_url, demo=True)
    with run_relay(unusual_url) as relay:
        with relay.sign_in("\u65e5\u672c") as host:
            answer = host.post(
                "/rows/rooms",
                json={"name": "Caf\u00e9 \u2615"},
                headers={"Prefer": "return=representation"},
            )
            assert answer.status_code == 201, answer.text
            room = answer.json()[0]
            assert room["created_at"].endswith("+00:00")
            assert room["name"] == "Caf\u00e9 \u2615"
        tokens = [relay.token(f"guest {n}") for n in range(12)]

        def join(token: str) -> int:
            with relay.client(token) as guest:
                seat = {"room_id": room["id"], "peer_id": str(uuid4())}
                joined = guest.post("/rows/participants", json=seat)
                log = guest.get(f"/rooms/{room['id']}/events", headers=JSON)
                seats = log.json()["snapshot"]["participants"]
                assert seat["peer_id"] in {each["peer_id"] for each in seats}
                return joined.status_code

        with ThreadPoolExecutor(12) as pool:
            assert list(pool.map(join, tokens)) == [201] * 12
    assert [record.getMessage() for record in caplog.records if record.levelname != "INFO"] == []
    psql = Psql(connect(unusual_url))
    seqs = psql.all("select seq from events where room_id = %s order by seq", room["id"])
    assert seqs == [(n,) for n in range(1, 14)]
    # A person in psql keeps the database's settings.
    assert psql.one("show default_transaction_isolation") == "serializable"
    psql.act_as("guest 1")
    psql.run("set row_security = on")
    assert psql.one("select count(*) from roster where room_id = %s", room["id"]) == 12


LIMITS: dict[str, LiteralString] = {
    "statement_timeout": "7s",
    "lock_timeout": "7s",
    "idle_in_transaction_session_timeout": "7s",
    "idle_session_timeout": "7s",
    "transaction_timeout": "7s",
}


async def test_no_limit_of_other_programs_ends_an_installation_or_an_idle_session(
    database_url: str, connect: Connect
) -> None:
    database = sql.Identifier(connect().info.dbname)
    for name, value in LIMITS.items():
        change = sql.SQL("alter database {} set {} = {}").format(
            database, sql.Identifier(name), value
        )
        connect().execute(change)
    with login(database_url) as installing:
        for name in LIMITS:
            assert single_value(installing, "select current_setting(%s)", name) == "0", name
    async with await AsyncConnection.connect(database_url) as listening:
        await become_relay(listening)
        idle = await (await listening.execute("show idle_session_timeout")).fetchone()
        assert idle == ("0",)


def twice() -> tuple[datetime, datetime]:
    """The next 02:30 that Berlin has twice: on the last Sunday of October."""
    now = datetime.now(UTC)
    days = (
        datetime(year, 10, day, 0, 30, tzinfo=UTC)
        for year in (now.year, now.year + 1)
        for day in range(25, 32)
    )
    first = next(day for day in days if day > now and day.isoweekday() == 7)
    return first, first + timedelta(hours=1)


def test_times_in_the_hour_that_a_zone_has_twice_keep_their_order(unusual_url: str) -> None:
    install(unusual_url, demo=False)
    first, again = (moment.isoformat() for moment in twice())
    with run_relay(unusual_url) as relay, relay.sign_in("rick") as rick:
        for moment in (again, first):
            made = rick.post("/rows/rooms", json={"name": moment[:10], "starts_at": moment})
            assert made.status_code == 201, made.text
        listed = rick.get("/rows/rooms?starts_at=not.is.null&order=starts_at&select=starts_at")
        assert [row["starts_at"] for row in listed.json()] == [first, again]

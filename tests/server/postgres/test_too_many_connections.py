"""A server without a free connection: what is there goes on, what starts waits, and both say what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from roomtone.postgres.install import install
from roomtone.postgres.preflight import InstallError
from roomtone.postgres.roles import RELAY_ROLE

from ...patience import comes_true
from ...people import Psql
from ...running import run_relay

pytestmark = pytest.mark.anyio

Limit = Callable[[int], None]


@pytest.fixture
def relay_url(database_url: str) -> str:
    """The relay's own login: a limit is not for superusers."""
    return make_conninfo(database_url, user=RELAY_ROLE)


@pytest.fixture
def limit(psql: Psql) -> Limit:
    """Sets the number of connections that the database allows; -1: no limit."""

    def change(number: int) -> None:
        name = sql.Identifier(psql.connection.info.dbname)
        statement = sql.SQL("alter database {} connection limit {}").format(name, number)
        psql.connection.execute(statement)

    return change


def test_a_start_waits_for_a_free_connection(relay_url: str, limit: Limit) -> None:
    limit(0)
    with pytest.raises(InstallError, match=r"too many connections .* Raise max_connections"):
        install(relay_url, demo=False, patience=0.1)

    def give(line: str) -> None:
        if line.startswith("waiting for a free connection"):
            limit(-1)

    assert not install(relay_url, demo=False, on_progress=give).changed


async def test_a_relay_goes_on_with_the_connections_it_has(
    psql: Psql, relay_url: str, limit: Limit, caplog: pytest.LogCaptureFixture
) -> None:
    with run_relay(relay_url) as relay, relay.sign_in("anna") as anna:
        limit(0)
        psql.run(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'roomtone listener' and datname = current_database()"
        )
        await comes_true(lambda: anna.get("/ready").status_code == 503)
        await comes_true(lambda: "Raise max_connections" in caplog.text)
        assert anna.post("/rows/rooms", json={"name": "Tea"}).status_code == 201
        limit(-1)
        await comes_true(lambda: anna.get("/ready").status_code == 200)

"""Users' transactions through PgBouncer in transaction mode; LISTEN and what the relay does itself go around it by `--listen-url`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql
from roomtone.cli import cli
from roomtone.postgres.install import install
from roomtone.postgres.login import check_own_sessions
from roomtone.postgres.pools import Database, opened
from roomtone.postgres.preflight import InstallError
from roomtone.tools.pgbouncer import CONFIGURATION, pgbouncer
from roomtone.types import NodeId

from ...conftest import Connection
from ...following import follow, joins
from ...people import Psql
from ...running import patient, run_relay

LEFT = (
    "select current_user::text, current_setting('search_path'), current_setting('statement_timeout'),"
    " current_setting('roomtone.grace', true), (select count(*) from pg_prepared_statements)"
)


async def test_a_relay_serves_users_through_a_transaction_pooler(
    database_url: str, psql: Psql, admin: Connection, open_dir: Path
) -> None:
    name = sql.Identifier(psql.one("select current_database()"))
    admin.execute(sql.SQL("alter database {} set default_transaction_isolation = 'serializable'").format(name))  # fmt: skip
    room = psql.room("rick")
    with pgbouncer(database_url, open_dir, "postgres") as pooler:
        settings = {"database_url": pooler.url, "listen_url": database_url}
        with run_relay(database_url, **settings) as relay:
            tokens = {each: relay.token(each) for each in ("anna", "bo")}
            with relay.client(tokens["anna"]) as anna, relay.client(tokens["bo"]) as bo:
                peer = anna.post("/rows/rpc/join_room", json={"room_id": room}).raise_for_status().json()["peer_id"]  # fmt: skip
                url = f"{relay.url}/rooms/{room}/events"
                async with follow(url, tokens["anna"], peer_id=peer) as stream:
                    await stream.until(lambda frame: frame.event == "snapshot")
                    bo.post("/rows/rpc/join_room", json={"room_id": room}).raise_for_status()
                    await stream.until(joins("bo"))
                    said = {"room_id": room, "body": "through the pooler"}
                    bo.post("/rows/messages", json=said).raise_for_status()
                    await stream.until(lambda frame: frame.event == "messages")
                rooms = bo.get("/rows/rooms?select=id").json()
                assert rooms == [{"id": room}]
                assert bo.post("/rows/bans", json={"room_id": room, "user_id": psql.person_id("anna")}).status_code == 403  # fmt: skip


async def test_nothing_stays_in_a_session_of_the_pooler(
    database_url: str, psql: Psql, open_dir: Path
) -> None:
    with pgbouncer(database_url, open_dir, "postgres") as pooler:
        settings = patient(
            database_url=pooler.url, listen_url=database_url, pool_size=8, grace=600.0
        )
        async with opened(Database(database_url, node=NodeId("pooled"), settings=settings)) as own:

            async def ask() -> object:
                async with own.acting({}) as connection:
                    answer = await connection.execute(LEFT)
                    return await answer.fetchone()

            inside = await asyncio.gather(*(ask() for _ in range(40)))
            assert set(inside) == {("roomtone_anon", "roomtone, pg_temp", "2min", "600s", 0)}
            async with own.relay_for_many() as connection:
                answer = await connection.execute(LEFT)
                assert (await answer.fetchone() or ("",))[0] == "roomtone_relay"
            async with own._users.connection() as connection:
                answer = await connection.execute(LEFT)
                assert await answer.fetchone() == ("postgres", '"$user", public', "0", "", 0)


@pytest.mark.parametrize(
    "command",
    [
        ["--port", "0"],
        ["install"],
        ["uninstall", "--yes"],
        ["backup", "/nowhere/backup"],
        ["restore", "/nowhere/backup"],
        ["token", "anna"],
        ["psql", "--command", "select 1"],
        ["node", "sfu"],
        ["bot", "--room", "1", "--listen"],
        ["pump", "--bus-url", "nats://127.0.0.1:1"],
    ],
    ids=lambda words: words[0],
)
def test_a_command_that_would_leave_its_settings_to_others_is_refused(
    command: list[str], database_url: str, open_dir: Path
) -> None:
    with pgbouncer(database_url, open_dir, "postgres") as pooler:
        words = [*command, "--database-url", pooler.url]
        if command[0] == "psql":
            words = ["psql", "--database-url", pooler.url, *command[1:]]
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == 1, done.output
        if command[0] != "restore":  # which says first that there is no such file
            assert "is a pooler of transactions" in done.output
        with psycopg.connect(pooler.url, autocommit=True) as others:
            found = others.execute("show search_path").fetchone()
    assert found == ('"$user", public',)


def test_a_pooler_of_sessions_is_none_of_these(
    database_url: str, open_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = CONFIGURATION.replace("pool_mode = transaction", "pool_mode = session")
    monkeypatch.setattr("roomtone.tools.pgbouncer.CONFIGURATION", sessions)
    with pgbouncer(database_url, open_dir, "postgres") as pooler:
        assert not install(pooler.url, demo=False).changed
        with psycopg.connect(pooler.url, autocommit=True) as others:
            assert others.execute("show search_path").fetchone() == ('"$user", public',)


async def test_one_is_recognised_among_other_clients(database_url: str, open_dir: Path) -> None:
    with pgbouncer(database_url, open_dir, "postgres") as pooler:
        stop = asyncio.Event()
        left: list[object] = []  # in the sessions, for whoever gets them next

        async def other() -> None:
            async with await psycopg.AsyncConnection.connect(
                pooler.url, autocommit=True, prepare_threshold=None
            ) as client:
                while not stop.is_set():
                    found = await client.execute("select name from pg_prepared_statements")
                    left.extend(await found.fetchall())

        others = [asyncio.create_task(other()) for _ in range(4)]
        try:
            for _ in range(20):
                with pytest.raises(InstallError, match="is a pooler of transactions"):
                    await asyncio.to_thread(check_own_sessions, pooler.url)
        finally:
            stop.set()
            await asyncio.gather(*others)
        assert left == []

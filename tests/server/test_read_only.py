"""A database that is read-only for a while, as in a failover: everybody stays, and it is over when it is over."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql
from roomtone.media.signaling.client import ConnectionLost, SignalingClient
from roomtone.media.signaling.database_client import database_connections
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.install import install
from roomtone.tools.waiting import until
from roomtone.types import PeerId, RoomId

from ..following import follow
from ..patience import PATIENCE, comes_true
from ..people import Psql
from ..running import NO_TLS, RunningRelay, run_relay

pytestmark = pytest.mark.anyio

AT_ONCE = 20  # requests, more than the pool has sessions


@pytest.fixture
def read_only(psql: Psql) -> ReadOnly:
    return ReadOnly(psql)


class ReadOnly:
    """The operator's `alter database`. Sessions that begin meanwhile stay read-only after it."""

    def __init__(self, psql: Psql) -> None:
        self._psql = psql

    def begins(self) -> None:
        self._alter("set default_transaction_read_only = on")
        self._psql.run(
            "select pg_terminate_backend(pid, 60000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )

    def ends(self) -> None:
        self._alter("reset default_transaction_read_only")

    def _alter(self, change: str) -> None:
        name = sql.Identifier(self._psql.connection.info.dbname)
        self._psql.connection.execute(sql.SQL("alter database {} " + change).format(name))


def silent(psql: Psql) -> bool:
    """Whether the relay's heartbeats have been missing for so long that another would take it for dead."""
    return bool(
        psql.one("select max(heartbeat_at) < clock_timestamp() - interval '5 s' from nodes")
    )


async def test_clients_wait_while_the_database_is_read_only_and_go_on_after_it(
    psql: Psql, database_url: str, read_only: ReadOnly, caplog: pytest.LogCaptureFixture
) -> None:
    room = psql.room("rick")
    with run_relay(database_url, pool_size=4) as relay, relay.sign_in("anna") as anna:
        joined = anna.post(
            "/rows/participants",
            json={"room_id": room},
            headers={"Prefer": "return=representation"},
        )
        peer, events = joined.json()[0]["peer_id"], f"{relay.url}/rooms/{room}/events"
        token = anna.headers["Authorization"].split()[1]
        async with follow(events, token, peer_id=peer) as stream:
            await stream.until(lambda frame: frame.event == "snapshot")
            read_only.begins()
            await comes_true(lambda: "read-only" in anna.get("/ready").text)
            refuses_in_the_documented_shape(anna, room)
            await comes_true(lambda: silent(psql))
            assert anna.get("/ready").json()["rule"] == "database_accepts_writes"
            assert anna.get("/live").status_code == 200
            assert anna.get("/rows/hallway").status_code == 200
            assert anna.get("/session").json()["push"] is None  # its key cannot be made
            async with follow(events, token, peer_id=peer) as second:
                assert (second.status, (second.problem or {})["rule"]) == (503, "database_accepts_writes")  # fmt: skip
            read_only.ends()
            await comes_true(lambda: anna.get("/ready").status_code == 200)
            await comes_true(lambda: say(anna, room).status_code == 201)
            assert anna.get("/session").json()["push"]
            assert set(await many(relay, token, room)) == {204}
            await stream.until(lambda frame: frame.event == "messages")
            assert not stream.ended
            assert psql.roster(room) == ["anna"]
        # By the process's next heartbeat.
        await comes_true(lambda: "accepts writes again" in caplog.text)
    lines = [record for record in caplog.records if record.name.startswith("roomtone")]
    said = [line.getMessage() for line in lines]
    # Other lines are about the sessions that were ended.
    assert len([text for text in said if "read-only" in text]) == 1
    assert len([text for text in said if "accepts writes again" in text]) == 1
    assert not [line for line in lines if line.exc_info or line.levelno > logging.WARNING]


def say(client: httpx.Client, room: int) -> httpx.Response:
    return client.post("/rows/messages", json={"room_id": room, "body": "hello"})


def refuses_in_the_documented_shape(client: httpx.Client, room: int) -> None:
    refused = say(client, room)
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) >= 1
    problem = refused.json()
    assert (problem["code"], problem["rule"]) == ("25006", "database_accepts_writes")
    assert "read-only" in problem["message"]
    assert "Try again" in problem["hint"]


async def many(relay: RunningRelay, token: str, room: int) -> list[int]:
    """The statuses of changes that reach all sessions of the pool."""
    async with httpx.AsyncClient(
        base_url=relay.url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=PATIENCE,
        verify=NO_TLS,
    ) as client:
        asked = (
            client.patch(f"/rows/participants?room_id=eq.{room}", json={"muted": True})
            for _ in range(AT_ONCE)
        )
        return [answer.status_code for answer in await asyncio.gather(*asked)]


async def test_a_bot_and_its_seat_survive_it(
    psql: Psql, database_url: str, read_only: ReadOnly
) -> None:
    room = RoomId(psql.room("rick"))
    async with database_connections(database_url) as connections:
        bot = await connections.client("bot")
        peer = PeerId(str((await bot.call("join_room", room_id=room))["peer_id"]))
        frames = bot.follow(room, peer, None)
        assert (await anext(frames)).event == "snapshot"
        read_only.begins()

        async def refused() -> bool:
            return isinstance(await outcome(bot, room), ConnectionLost)

        async def accepted() -> bool:
            return await outcome(bot, room) is None

        assert await until(refused)
        await comes_true(lambda: silent(psql))
        read_only.ends()
        assert await until(accepted)
        assert psql.roster(room) == ["bot"]


async def outcome(bot: SignalingClient, room: RoomId) -> Exception | None:
    """Why it cannot raise its hand; None if it can. Anything but ConnectionLost would end it."""
    try:
        await bot.call("react", room_id=room, emoji="👏")
    except ConnectionLost as lost:
        return lost
    return None


async def test_a_relay_on_a_standby_waits_until_that_is_promoted(
    open_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("roomtone.relay.relay.READY_WITHIN", 0.1)
    with EmbeddedPostgres(open_dir / "data", durable=False) as primary:
        install(primary.url, demo=False)
        with psycopg.connect(primary.url) as connection:
            connection.execute("select roomtone.relay_secret('jwt'), roomtone.sign_in('anna')")
    (open_dir / "data" / "postgres" / "standby.signal").touch()
    with (
        EmbeddedPostgres(open_dir / "data", durable=False) as standby,
        run_relay(standby.url) as relay,
        relay.client() as client,
    ):
        await comes_true(lambda: "database_accepts_writes" in client.get("/ready").text)
        refused = client.post("/session", json={"username": "bo"})
        assert (refused.status_code, refused.json()["rule"]) == (503, "database_accepts_writes")
        with psycopg.connect(standby.url, autocommit=True) as connection:
            connection.execute("select pg_promote()")
        await comes_true(lambda: client.get("/ready").status_code == 200)
        with relay.sign_in("anna") as anna:
            assert anna.post("/rows/rooms", json={"name": "Tea"}).status_code == 201
    assert not [record for record in caplog.records if record.exc_info]

"""Every lane of others, through the real program: who gets what, what is made up for after a cut, and what is said of a program that does not start or does not last."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path

import psutil
import psycopg
import pytest
from roomtone.lab.peers import run
from roomtone.lab.peers.catalogue import LANES, Entry
from roomtone.lab.peers.lane import Lane, Surroundings
from roomtone.lab.peers.nats import ABOUT, Nats
from roomtone.lab.peers.nats_client import NatsClient
from roomtone.lab.peers.nchan import Nchan
from roomtone.lab.peers.node_clients import NodeClients
from roomtone.lab.peers.npm import Modules, node
from roomtone.lab.peers.peerjs import PeerJs
from roomtone.lab.peers.plan import Act, Plan
from roomtone.lab.peers.redis import RedisLane
from roomtone.lab.peers.refusals import CannotStart
from roomtone.lab.peers.socketio import SocketIo, Variant
from roomtone.tools.database_server import DatabaseServer
from roomtone.tools.network import Place, Tally
from roomtone.tools.waiting import until
from roomtone.tools.workbench import Workbench
from roomtone.tools.worker import Broken

WHILE_CUT = 12
"""Events while nobody is connected: more than the ten that nchan keeps by default."""
GIVEN_LATER = {
    "socket.io": 0,
    "socket.io-recovery": WHILE_CUT,
    "socket.io-postgres": 0,
    "peerjs": WHILE_CUT,
    "nchan": 10,
    "nchan-fastest": 0,
    "nchan-recovery": WHILE_CUT,
    "nats": 0,
    "nats-jetstream": WHILE_CUT,
    "redis": 0,
    "redis-streams": WHILE_CUT,
    "listen": 0,
    "decoding": WHILE_CUT,
}
"""How many of these each lane's followers get, once, when they are back."""
ONLY_FASTER = {"socket.io-fastest", "socket.io-postgres-fastest", "listen-fastest"}
"""Lanes that differ from another by settings which decide nothing here."""


@pytest.fixture(scope="module")
def bench() -> Iterator[Workbench]:
    """A PostgreSQL that a lane may stop, without Roomtone's schema."""
    with DatabaseServer(empty=True) as server:
        url = server.url(server.new_database())
        yield Workbench(url, url, server.folder, server)


@pytest.fixture
def around(bench: Workbench, tmp_path: Path) -> Surroundings:
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)  # nginx's workers run as another user when root starts it
    return Surroundings(bench, tmp_path, Modules(None))


class PatientPeerJs(PeerJs):
    """Messages to a peer that is away wait for 5 s by default, and a machine may stand still for longer."""

    options = ("--expire_timeout", "600000")


MAKE = {entry.about.name: entry.make for entry in LANES if entry.about.system != "roomtone"} | {
    "peerjs": PatientPeerJs
}


def test_every_lane_of_others_is_tried() -> None:
    assert {*MAKE} == {*GIVEN_LATER} | ONLY_FASTER


@asynccontextmanager
async def followed(lane: Lane) -> AsyncIterator[None]:
    """Two follow the lane until the block ends."""
    try:
        await lane.start()
        await lane.follow(range(2), through_proxy=True)
        yield
    finally:
        await lane.stop()


@pytest.mark.parametrize("name", GIVEN_LATER)
async def test_events_reach_whom_they_are_for_and_after_a_cut_what_its_recovery_gives(
    name: str, around: Surroundings
) -> None:
    lane = MAKE[name](around)
    for_all: Act = "join" if "join" in lane.about.followed else "offer"

    async def times(key: str) -> list[int]:
        return [len(each.get(key, ())) for each in await lane.arrivals()]

    async def arrive(key: str, *expected: int) -> bool:
        async def so() -> bool:
            return await times(key) == [*expected]

        return await until(so)

    async def write(kind: Act, to: int | None) -> str:
        return await (lane.join(0) if to is None else lane.signal(0, kind, to))

    async with followed(lane):
        first = await lane.join(0)
        if for_all == "join":
            assert await arrive(first, 1, 1)
        first = await lane.signal(0, "offer", 0)
        assert await arrive(first, 1, 0)
        last = await lane.signal(0, "candidate", 1)
        assert await arrive(last, 0, 1)
        assert await times(first) == [1, 0]

        everybody = None if for_all == "join" else 0
        assert lane.proxy is not None
        with lane.proxy.cut():
            assert await until(lambda: nobody_follows(lane))
            missed = [await write(for_all, everybody) for _ in range(WHILE_CUT)]

        async def all_follow() -> bool:
            return await lane.following() == 2

        assert await until(all_follow)
        last = await write(for_all, everybody)
        assert await arrive(last, 1, int(everybody is None))
        given = [(await times(key))[0] for key in missed]
        assert given == [0] * (WHILE_CUT - GIVEN_LATER[name]) + [1] * GIVEN_LATER[name]

    with psycopg.connect(around.bench.admin_url) as psql:
        left = psql.execute("select (select count(*) from pg_publication), (select count(*) from pg_replication_slots)")  # fmt: skip
        assert left.fetchone() == (0, 0)


async def test_a_write_to_jetstream_is_one_frame_and_makes_no_subscription(
    around: Surroundings,
) -> None:
    lane = Nats("recovery", around)
    async with followed(lane):
        assert lane.proxy is not None
        client = await NatsClient.connect(lane.proxy.place, tally := Tally())
        sent = [tally.sent]
        for _ in range(3):
            await client.request("peers.room", {"key": ""})
            sent.append(tally.sent)
        client.close()
    head = 6  # of a WebSocket's frame with a mask, up to 125 bytes (RFC 6455, 5.2)
    frame = head + len(f'PUB peers.room {client.inbox}.1 11\r\n{{"key": ""}}\r\n')
    differences = {after - before for before, after in pairwise(sent[1:])}
    # a server that waited for long asks whether the client is there
    assert differences <= {frame, frame + head + len("PONG\r\n")}


async def nobody_follows(lane: Lane) -> bool:
    """Also for PeerServer, which sends what comes until then to a connection that has ended."""
    ended = "Client disconnected: follower-0"
    return await lane.following() == 0 and (
        not isinstance(lane, PeerJs) or ended in (lane.folder / "peer.log").read_text()
    )


Maker = Callable[[Surroundings], Lane]


class PeerJsWithoutKey(PeerJs):
    """PeerServer goes on where its port is taken, and listens nowhere; this ends it."""

    options = ("--sslcert", "none.pem")


@pytest.mark.parametrize(
    ("make", "where", "words"),
    [
        (partial(SocketIo, Variant("default", adapter=False)), "_place", "EADDRINUSE"),
        (PeerJsWithoutKey, "", "the key or the certificate"),
        (partial(Nchan, "default"), "_place", "Address already in use"),
        (partial(Nats, "recovery"), "_place", "address already in use"),
        (partial(RedisLane, "default"), "_redis_place", "Address already in use"),
        (partial(RedisLane, "default"), "_place", "address already in use"),
    ],
)
async def test_a_program_that_does_not_start_is_named_with_its_last_words(
    make: Maker, where: str, words: str, around: Surroundings
) -> None:
    lane = make(around)
    with socket.socket() as taken:
        if where:
            place: Place = getattr(lane, where)
            taken.bind((place.host, place.port))  # and does not listen: nobody else answers there
        with pytest.raises(CannotStart, match="did not start") as refused:
            async with followed(lane):
                pass
    assert words in refused.value.words


class DiesEarly(Nats):
    """A server that is ended while it is followed."""

    async def follow(self, numbers: range, *, through_proxy: bool = False) -> None:
        await super().follow(numbers, through_proxy=through_proxy)
        assert self.server is not None
        psutil.Process(self.server.pid).terminate()
        assert await until(lambda: self.ended)


def test_a_server_that_ends_by_itself_is_named_with_its_last_words(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = Entry(ABOUT["default"], partial(DiesEarly, "default"))
    monkeypatch.setattr(run, "entries", lambda plan: [])
    monkeypatch.setattr(run, "FLOOR", entry)  # the only lane
    plan = Plan(systems=("nats",), followers=1, duration=0.5, repetitions=1, faults=())
    found = asyncio.run(run.run(bench, plan))
    (gone,) = found.not_started
    assert gone.why == "its server ended"
    assert "Server Exiting" in gone.words


async def test_clients_in_node_that_end_are_named_with_their_last_words(tmp_path: Path) -> None:
    command = (node(), "--eval", "process.stdin.once('data', () => { throw Error('out of ink') })")
    clients = NodeClients(command, tmp_path / "log", {})
    await clients.start()
    try:
        for _ in range(2):  # while it ends, and when it has ended
            with pytest.raises(Broken, match="out of ink"):
                await clients.ask("follow")
    finally:
        await clients.stop()

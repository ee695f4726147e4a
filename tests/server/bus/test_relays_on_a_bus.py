"""Two relays on a bus, with a real NATS: one reading for both, and none lost when NATS is killed."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import httpx
import uvloop
from roomtone.bus.address import BusAddress
from roomtone.bus.pump import pump
from roomtone.supervision import first_of
from roomtone.tools.nats_server import nats_server

from ...patience import eventually
from ...people import Psql
from ...running import RunningRelay, run_relay


@contextmanager
def running_pump(database_url: str, url: str) -> Iterator[None]:
    """In a thread, until the block ends."""
    loop, stop = uvloop.new_event_loop(), asyncio.Event()
    work = first_of(pump=pump(database_url, BusAddress((url,))), stop=stop.wait())
    thread = threading.Thread(target=loop.run_until_complete, args=(work,))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def metric(relay: RunningRelay, name: str) -> float:
    with relay.client() as client:
        lines = client.get("/metrics").text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))


def is_on_bus(relay: RunningRelay) -> bool:
    return metric(relay, "roomtone_bus_connected") == 1


def follows_a_room(relay: RunningRelay) -> bool:
    return metric(relay, "roomtone_rooms_followed") == 1


def read(client: httpx.Client, room: int, peer: str, bodies: list[str]) -> None:
    """Follow until the relay stops; `bodies` receives the messages."""
    path = f"/rooms/{room}/events?peer_id={peer}"
    with client.stream("GET", path, headers={"Accept": "text/event-stream"}) as stream:
        table = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                table = line.removeprefix("event: ")
            elif line.startswith("data: ") and table == "messages":
                bodies.append(json.loads(line.removeprefix("data: "))["record"]["body"])


def test_relays_share_one_reading_and_lose_nothing_with_nats(database_url: str, psql: Psql) -> None:
    room = psql.room("rick")
    psql.run("set track_functions = 'all'")
    threads: list[threading.Thread] = []
    with (
        nats_server() as nats,
        running_pump(database_url, nats.url),
        run_relay(database_url, bus_url=nats.url) as first,
        run_relay(database_url, bus_url=nats.url) as second,
    ):
        relays = (first, second)
        for relay in relays:
            eventually(partial(is_on_bus, relay))
        clients = [relay.sign_in(name) for relay, name in zip(relays, ("anna", "bo"), strict=True)]
        peers = [c.post("/rows/rpc/join_room", json={"room_id": room}).raise_for_status().json()["peer_id"] for c in clients]  # fmt: skip
        seen: list[list[str]] = [[], []]
        threads += [
            threading.Thread(target=read, args=(client, room, peer, bodies))
            for client, peer, bodies in zip(clients, peers, seen, strict=True)
        ]
        for relay, thread in zip(relays, threads, strict=True):
            thread.start()
            eventually(partial(follows_a_room, relay))
        written: list[str] = []
        for number in range(30):
            if number == 10:
                pages = [metric(relay, "roomtone_bus_pages_total") for relay in relays]
                assert min(pages) > 0
                nats.kill()
            if number == 20:
                nats.start()
                for relay in relays:
                    eventually(partial(is_on_bus, relay))
            written.append(str(number))
            psql.run("insert into messages (room_id, user_id, body) select %s, id, %s from users where username = 'anna'", room, str(number))  # fmt: skip
            eventually(lambda: seen == [written, written], what=lambda: str(seen))
        assert [metric(relay, "roomtone_bus_fallbacks_total") for relay in relays] == [1.0, 1.0]
    for thread in threads:
        thread.join()
    for client in clients:
        client.close()

"""Two relays on a bus, with a real NATS: no event is lost when it is killed."""

from __future__ import annotations

import json
import threading
from functools import partial

import httpx
from roomtone.tools.nats_server import nats_server
from roomtone.tools.waiting import TimeLimit

from ...patience import PATIENCE, eventually
from ...people import Psql
from .running_bus import is_on_bus, metric, relays_on_bus, running_pump

READERS_WAIT = 5.0  # seconds at most when NATS is killed, as docs/operating.md says
SLOWER = 3  # times, on a machine that is full


def read(
    client: httpx.Client, room: int, peer: str, bodies: list[str], begun: threading.Event
) -> None:
    """Follow until the relay stops; `bodies` receives the messages after the snapshot."""
    path = f"/rooms/{room}/events?peer_id={peer}"
    with client.stream("GET", path, headers={"Accept": "text/event-stream"}) as stream:
        table = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                table = line.removeprefix("event: ")
            elif line.startswith("data: ") and table == "snapshot":
                begun.set()
            elif line.startswith("data: ") and table == "messages":
                bodies.append(json.loads(line.removeprefix("data: "))["record"]["body"])


def wait_as_promised(seen: list[list[str]], written: list[list[str]]) -> None:
    limit = TimeLimit(SLOWER * READERS_WAIT)
    eventually(lambda: limit.over or seen == written)
    assert seen == written


def test_relays_lose_nothing_with_nats(database_url: str, psql: Psql) -> None:
    room = psql.room("rick")
    threads: list[threading.Thread] = []
    with (
        nats_server() as nats,
        running_pump(database_url, nats.url),
        relays_on_bus(database_url, nats.url, 2) as relays,
    ):
        clients = [relay.sign_in(name) for relay, name in zip(relays, ("anna", "bo"), strict=True)]
        peers = [c.post("/rows/rpc/join_room", json={"room_id": room}).raise_for_status().json()["peer_id"] for c in clients]  # fmt: skip
        seen: list[list[str]] = [[], []]
        begins = [threading.Event() for _ in relays]
        threads += [
            threading.Thread(target=read, args=(client, room, peer, bodies, begun))
            for client, peer, bodies, begun in zip(clients, peers, seen, begins, strict=True)
        ]
        for begun, thread in zip(begins, threads, strict=True):
            thread.start()
            assert begun.wait(PATIENCE)
        written: list[str] = []

        def say() -> None:
            written.append(str(len(written)))
            psql.run("insert into messages (room_id, user_id, body) select %s, id, %s from users where username = 'anna'", room, written[-1])  # fmt: skip
            wait_as_promised(seen, [written, written])

        def both_received_pages() -> bool:
            say()  # by LISTEN, for a second, where this machine stood still
            return all(metric(relay, "roomtone_bus_pages_total") for relay in relays)

        for number in range(30):
            if number == 10:
                eventually(both_received_pages)
                nats.kill()
            if number == 20:
                nats.start()
                for relay in relays:
                    eventually(partial(is_on_bus, relay))
            say()
        assert min(metric(relay, "roomtone_bus_fallbacks_total") for relay in relays) >= 1
    for thread in threads:
        thread.join()
    for client in clients:
        client.close()

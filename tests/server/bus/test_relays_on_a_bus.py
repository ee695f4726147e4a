"""Two relays on a bus, with a real NATS: one reading for both, and none lost when NATS is killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
    import asyncio

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


def poll(client: httpx.Client, room: int, peer: str, cursor: str | None) -> Any:
    query = f"peer_id={peer}" + (f"&after={cursor}&wait=1" if cursor else "")
    headers = {"Accept": "application/json"}
    return client.get(f"/rooms/{room}/events?{query}", headers=headers).raise_for_status().json()


def test_relays_share_one_reading_and_lose_nothing_with_nats(database_url: str, psql: Psql) -> None:
    room = psql.room("rick")
    psql.run("set track_functions = 'all'")
    with (
        nats_server() as nats,
        running_pump(database_url, nats.url),
        run_relay(database_url, bus_url=nats.url) as first,
        run_relay(database_url, bus_url=nats.url) as second,
    ):
        relays = (first, second)
        for relay in relays:
            eventually(lambda relay=relay: metric(relay, "roomtone_bus_connected") == 1)
        clients = [relay.sign_in(name) for relay, name in zip(relays, ("anna", "bo"), strict=True)]
        peers = [c.post("/rows/rpc/join_room", json={"room_id": room}).raise_for_status().json()["peer_id"] for c in clients]  # fmt: skip
        cursors = [poll(c, room, p, None)["cursor"] for c, p in zip(clients, peers, strict=True)]
        seen: list[list[str]] = [[], []]

        def everybody_has(bodies: list[str]) -> bool:
            for number, client in enumerate(clients):
                answer = poll(client, room, peers[number], cursors[number])
                cursors[number] = answer["cursor"]
                seen[number] += [
                    e["record"]["body"] for e in answer["events"] if e["table"] == "messages"
                ]
            return all(each == bodies for each in seen)

        written: list[str] = []
        for number in range(30):
            if number == 10:
                pages = [metric(relay, "roomtone_bus_pages_total") for relay in relays]
                assert min(pages) > 0
                nats.kill()
            if number == 20:
                nats.start()
                for relay in relays:
                    eventually(lambda relay=relay: metric(relay, "roomtone_bus_connected") == 1)
            written.append(str(number))
            psql.run("insert into messages (room_id, user_id, body) select %s, id, %s from users where username = 'anna'", room, str(number))  # fmt: skip
            eventually(lambda: everybody_has(written), what=lambda: str(seen))
        assert [metric(relay, "roomtone_bus_fallbacks_total") for relay in relays] == [1.0, 1.0]
        for client in clients:
            client.close()

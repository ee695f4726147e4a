"""A pump, relays on its bus, and what they report."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import uvloop
from roomtone.bus.address import BusAddress
from roomtone.bus.pump import pump
from roomtone.supervision import first_of

from ...patience import eventually
from ...running import RunningRelay, run_relay


@contextmanager
def running_pump(database_url: str, *urls: str, tls: str | None = None) -> Iterator[None]:
    """In a thread, until the block ends."""
    loop, stop = uvloop.new_event_loop(), asyncio.Event()
    address = BusAddress(urls, tls=tls)
    work = first_of(pump=pump(database_url, address), stop=stop.wait())
    thread = threading.Thread(target=loop.run_until_complete, args=(work,))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@contextmanager
def relays_on_bus(
    database_url: str, bus_url: str, many: int, **settings: Any
) -> Iterator[list[RunningRelay]]:
    """So many relays, all of which receive from the bus, until the block ends."""
    with ExitStack() as stack:
        relays = [
            stack.enter_context(run_relay(database_url, bus_url=bus_url, **settings))
            for _ in range(many)
        ]
        for relay in relays:
            eventually(partial(is_on_bus, relay))
        yield relays


def metric(relay: RunningRelay, name: str) -> float:
    with relay.client() as client:
        lines = client.get("/metrics").text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))


def is_on_bus(relay: RunningRelay) -> bool:
    return metric(relay, "roomtone_bus_connected") == 1

"""The database servers of the drills of a file, and how long the drills last in tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from roomtone.drill import (
    edge_faults,
    environment,
    hostile_notifications,
    network_faults,
    onlookers,
    read_only,
    readiness_probe,
)
from roomtone.drill.drill import Drill
from roomtone.tools.database_server import DatabaseServer

ServerFor = Callable[[Drill], DatabaseServer]


@pytest.fixture(autouse=True)
def only_what_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    """`roomtone drill` does more of the same. (Its own numbers are in test_command.py.)"""
    monkeypatch.setattr(environment, "PER_SECOND", 10.0)
    monkeypatch.setattr(network_faults, "CROWD", 16)
    monkeypatch.setattr(read_only, "LASTS", 17.0)  # longer than a dead relay's seats last
    monkeypatch.setattr(readiness_probe, "EVERY", 0.6)
    monkeypatch.setattr(onlookers, "STREAMS", 100)
    monkeypatch.setattr(edge_faults, "LISTENERS", 2)  # more than the SFU node has capacity for
    # False notifications are still ten times as many as the reads that are allowed.
    monkeypatch.setattr(hostile_notifications, "ROUNDS", 40)
    monkeypatch.setattr(hostile_notifications, "FALSE", 3_000)
    monkeypatch.setattr(hostile_notifications, "INVENTED", 5_000)


@pytest.fixture(scope="session")
def fast_server() -> Iterator[DatabaseServer]:
    """The server of all files. A drill that loses it leaves another one in its place."""
    with DatabaseServer() as server:
        yield server


@pytest.fixture(scope="module")
def server_for(fast_server: DatabaseServer) -> Iterator[ServerFor]:
    """The server of a drill: one for all, and one that writes to the disk, started when first needed."""
    with ExitStack() as stack:

        @cache
        def durable_server() -> DatabaseServer:
            return stack.enter_context(DatabaseServer(durable=True))

        yield lambda drill: durable_server() if drill.durable else fast_server

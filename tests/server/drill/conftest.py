"""The database servers of the drills of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from roomtone.drill.drill import Drill
from roomtone.tools.database_server import DatabaseServer

ServerFor = Callable[[Drill], DatabaseServer]


@pytest.fixture(scope="module")
def server_for() -> Iterator[ServerFor]:
    """The server of a drill: one for all, and one that writes to the disk, started when first needed."""
    servers: dict[bool, DatabaseServer] = {}
    with ExitStack() as stack:

        def find(drill: Drill) -> DatabaseServer:
            if drill.durable not in servers:
                servers[drill.durable] = stack.enter_context(DatabaseServer(durable=drill.durable))
            return servers[drill.durable]

        yield find

"""A drill: a name, a description, an environment, and the fault it causes there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..tools.database_server import DatabaseServer
from .environment import CROWD, DrillEnvironment


def nothing() -> str | None:
    return None


def this_release(server: DatabaseServer, drill: Drill) -> DrillEnvironment:
    """A new database with the schema of this release."""
    database = server.new_database()
    return DrillEnvironment(server, database, drill.relays, drill.crowd, drill.settings)


@dataclass(frozen=True)
class Drill:
    """`cause_fault` runs while users write and followers read, and returns when the fault is repaired.

    `crowd` followers join before; `settings` are the relays'. `durable` as in `DatabaseServer`.
    `needs` returns what is missing on this machine, or None. `unready`: the drill takes away what a relay
    needs, so `/ready` may answer 503 meanwhile. `new_snapshots`: followers may get another snapshot, because
    the log is lost. `environment` makes what the drill begins with.
    """

    name: str
    description: str
    cause_fault: Callable[[DrillEnvironment], Awaitable[None]]
    relays: int = 1
    crowd: int = CROWD
    settings: Mapping[str, Any] = field(default_factory=dict)
    durable: bool = False
    unready: bool = False
    new_snapshots: bool = False
    needs: Callable[[], str | None] = nothing
    environment: Callable[[DatabaseServer, Drill], DrillEnvironment] = this_release

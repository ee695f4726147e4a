"""Requests `/live` and `/ready` of every relay during a drill, and records every wrong answer."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from ..supervision import beside
from ..tools.http import UNREACHABLE, ask
from ..tools.waiting import until

if TYPE_CHECKING:
    from ..tools.relays import RelayProcess
    from .environment import DrillEnvironment

EVERY: Final = 0.1  # seconds


class ReadinessProbe:
    """`/live` has to answer 200 while the process serves, `/ready` 200 while events reach readers.

    While a drill takes away what a relay needs, "not ready" can be the truth.
    """

    def __init__(self, environment: DrillEnvironment) -> None:
        self._environment = environment
        self._answers: Counter[str] = Counter()
        self._lies: Counter[str] = Counter()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Request until the block ends, and then until every relay is ready again."""
        async with beside(probe=self._watch()):
            yield
        for relay in self._environment.relays:
            again = await until(relay.ready)
            self._environment.expect(
                again, f"/ready of {relay.place} is not 200 although everything is repaired"
            )
        for lie, times in self._lies.items():
            self._environment.faults.append(f"{lie} ({times} times)")
        self._environment.figures["requests of /live and /ready"] = self._answers.total()
        self._environment.figures["answers: not ready"] = self._answers["unready"]

    async def _watch(self) -> None:
        while True:
            await asyncio.gather(*(self._ask(relay) for relay in list(self._environment.relays)))
            await asyncio.sleep(EVERY)

    async def _ask(self, relay: RelayProcess) -> None:
        server = self._environment.server
        asked = time.monotonic()
        for path in ("/live", "/ready"):
            serving, database_gone = relay.serving, not server.up
            try:
                status = (await ask(relay.place, "GET", path)).status
            except UNREACHABLE:
                status = 0
            serving = serving and relay.serving and relay.started_at < asked
            database_gone = database_gone and not server.up
            if not serving:
                continue  # killed or starting meanwhile: any answer is right
            if path == "/live":
                self._answers["live"] += 1
                if status != 200:
                    self._lies["/live did not answer 200 although the process served"] += 1
            elif status == 200:
                self._answers["ready"] += 1
                if database_gone:
                    self._lies["/ready answered 200 without a database"] += 1
            else:
                self._answers["unready"] += 1
                if not self._environment.may_be_unready:
                    self._lies["/ready did not answer 200 although nothing was missing"] += 1

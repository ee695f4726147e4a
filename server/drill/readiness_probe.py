"""Somebody asks every relay how it is, all through a drill, and notes every answer that is not true."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from ..supervision import beside
from .http_connection import UNREACHABLE, ask
from .waiting import until

if TYPE_CHECKING:
    from .environment import Scene
    from .relays import RelayProcess

EVERY: Final = 0.1  # seconds
READY_AGAIN_WITHIN: Final = 5.0  # seconds after everything is repaired


class Sentry:
    """`/live` is to say yes for as long as the process serves; `/ready` yes while events reach readers.

    `may_be_unready`: the drill takes away what a relay needs, so "not ready" can be the truth.
    """

    def __init__(self, scene: Scene, *, may_be_unready: bool) -> None:
        self._scene = scene
        self._may_be_unready = may_be_unready
        self._answers: Counter[str] = Counter()
        self._lies: Counter[str] = Counter()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Ask until the block ends, and then until everybody is ready again."""
        async with beside(sentry=self._watch()):
            yield
        for relay in self._scene.relays:
            again = await until(relay.ready, READY_AGAIN_WITHIN)
            self._scene.expect(again, f"/ready of {relay.place} says no although all is repaired")
        for lie, times in self._lies.items():
            self._scene.faults.append(f"{lie} ({times} times)")
        self._scene.figures["asked /live and /ready"] = self._answers.total()
        self._scene.figures["told not ready"] = self._answers["unready"]

    async def _watch(self) -> None:
        while True:
            await asyncio.gather(*(self._ask(relay) for relay in list(self._scene.relays)))
            await asyncio.sleep(EVERY)

    async def _ask(self, relay: RelayProcess) -> None:
        stage = self._scene.stage
        asked = time.monotonic()
        for path in ("/live", "/ready"):
            serving, database_gone = relay.serving, not stage.up
            try:
                status = (await ask(relay.place, "GET", path)).status
            except UNREACHABLE:
                status = 0
            serving = serving and relay.serving and relay.started_at < asked
            database_gone = database_gone and not stage.up
            if not serving:
                continue  # killed or starting meanwhile: no answer is an answer
            if path == "/live":
                self._answers["live"] += 1
                if status != 200:
                    self._lies["/live did not say yes although the process served"] += 1
            elif status == 200:
                self._answers["ready"] += 1
                if database_gone:
                    self._lies["/ready said yes without a database"] += 1
            else:
                self._answers["unready"] += 1
                if not self._may_be_unready:
                    self._lies["/ready said no although nothing was missing"] += 1

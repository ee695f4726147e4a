"""Writes signals as rows: in order, and those that wait at the same time in one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ...backoff import backoff
from ...types import PeerId, RoomId
from .client import ConnectionLost, Refused, SignalingClient
from .events import SignalKind

BATCH_LIMIT: Final = 50  # in one transaction
WAITING_LIMIT: Final = 2000
"""Beyond that the database has been away for long, and nobody waits for them."""


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A signal to be written."""

    room: RoomId
    from_peer: PeerId
    to_peer: PeerId
    kind: SignalKind
    body: Any

    def row(self) -> dict[str, Any]:
        return {
            "room_id": self.room,
            "from_peer": self.from_peer,
            "to_peer": self.to_peer,
            "kind": self.kind,
            "body": self.body,
        }


class Outbox:
    """Writes the signals that are put into it, while `run` runs.

    When one row is refused, its transaction writes none of them. Then they are written one by one; `on_refused` gets those that
    are refused again, which are dropped.
    """

    def __init__(
        self, client: SignalingClient, on_refused: Callable[[Outgoing, Refused], None]
    ) -> None:
        self._client = client
        self._on_refused = on_refused
        self._waiting: deque[Outgoing] = deque(maxlen=WAITING_LIMIT)
        self._work = asyncio.Event()

    def put(self, signal: Outgoing) -> None:
        self._waiting.append(signal)
        self._work.set()

    def forget(self, peer: PeerId) -> None:
        """Drop the signals that wait for this session: it has left, or gets a new connection."""
        kept = [signal for signal in self._waiting if signal.to_peer != peer]
        self._waiting.clear()
        self._waiting.extend(kept)

    async def run(self) -> None:
        """Write the signals that are put into it, until cancelled."""
        while True:
            if not self._waiting:
                self._work.clear()
                await self._work.wait()
            batch = [self._waiting.popleft() for _ in range(min(BATCH_LIMIT, len(self._waiting)))]
            if batch:
                await self._deliver(batch)

    async def _deliver(self, signals: list[Outgoing]) -> None:
        attempt = 0
        while True:
            try:
                await self._client.insert("signals", [signal.row() for signal in signals])
                return
            except ConnectionLost as lost:
                log.debug("signals wait: %s", lost)
                await asyncio.sleep(backoff(attempt))
                attempt += 1
            except Refused as refused:
                if len(signals) == 1:
                    self._on_refused(signals[0], refused)
                    return
                for signal in signals:
                    await self._deliver([signal])
                return

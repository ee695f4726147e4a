"""The connection with an edge, from which a listener gets the room's mix; `client_web/media/edge_connection.js` is the same in a browser.

The edge offers, unasked: it follows the room's log, and offers to each seat that names it. Nothing is sent to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from .aiortc_internals.packets import on_first_packet
from .audio_connection import AudioOptions
from .direct_connection import DirectCallbacks, DirectConnection
from .signaling.client import Ice
from .signaling.events import SignalKind

OFFERED_WITHIN: Final = 5.0  # seconds


class EdgeConnection(DirectConnection):
    """Waits for the offer from the first `receive_voices` on. A further offer is for another connection."""

    def __init__(self, ice: Ice, audio: AudioOptions, callbacks: DirectCallbacks) -> None:
        super().__init__(ice, AudioOptions(None, audio.receives), callbacks, offers=False)
        self.offered = False
        self._receives = audio.receives
        self._heard = False
        self._on_heard = callbacks.on_heard
        on_first_packet(self._first, self._hear)
        self._waiting: asyncio.TimerHandle | None = None

    def receive_voices(self, voices: Sequence[str]) -> None:
        """An edge has one voice, the mix."""
        if self._task is None:
            self._waiting = asyncio.get_running_loop().call_later(
                OFFERED_WITHIN, self._break, "the edge does not offer"
            )
            self.start()

    def hears(self, _voice: str) -> bool:
        """Whether a packet of the mix has come, or none is wanted."""
        return self._heard or not self._receives

    def receive(self, kind: SignalKind, body: Any) -> None:
        """A signal of the edge."""
        if kind == "offer":
            self.offered = True
            self._stop_waiting()
        super().receive(kind, body)

    async def close(self) -> None:
        self._stop_waiting()
        await super().close()

    def _hear(self) -> None:
        self._heard = True
        self._on_heard()

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()

    def _break(self, why: str) -> None:
        # so that the old connections stay until there is a new one
        self.connected = False
        self._stop_waiting()
        super()._break(why)

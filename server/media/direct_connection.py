"""A direct connection with one other participant, on aiortc.

It knows no rows: it calls `send` with its signals, and `receive` gets those of the other side, in order. aiortc gathers before
it makes a description, so its descriptions have all candidates and it sends none later; candidates that the other side sends
later are used. aiortc can neither roll back nor restart ICE: where that is needed, `on_broken` is called, and both sides make a
new connection.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiortc import MediaStreamTrack

from .aiortc_internals.packets import receive_packets
from .aiortc_internals.pauses import survive_pauses
from .audio_connection import AudioConnection, AudioOptions, ConnectionCallbacks
from .glare import is_used
from .rtp import OnPacket
from .signaling.client import Ice
from .signaling.events import SignalKind

SECTIONS_LIMIT: Final = 1
"""Media sections of a description; each could be a transport with ports of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectCallbacks(ConnectionCallbacks):
    """`on_track` gets the received track. With `on_packet` packets are handed out as they come, and the track stays silent."""

    on_track: Callable[[MediaStreamTrack], None]
    on_packet: OnPacket | None = None


class DirectConnection(AudioConnection):
    """Call `start`, and `close` at the end. `offers`: this side makes the offer."""

    def __init__(
        self, ice: Ice, audio: AudioOptions, callbacks: DirectCallbacks, *, offers: bool
    ) -> None:
        super().__init__(ice, audio, callbacks, offers=offers)
        self._remote_sdp: str | None = None
        self._inbox: asyncio.Queue[tuple[str, Any]] = asyncio.Queue(maxsize=200)
        self._pc.on("track", callbacks.on_track)
        if callbacks.on_packet is None:
            survive_pauses(self._first)
        else:
            receive_packets(self._first, callbacks.on_packet)

    def start(self) -> None:
        """Offer, or wait for an offer."""
        self._begin(self._negotiate(), "connection")

    def receive(self, kind: SignalKind, body: Any) -> None:
        """A signal of the other side. Signals are handled in order; this does not wait."""
        try:
            self._inbox.put_nowait((kind, body))
        except asyncio.QueueFull:
            self._break("the other side sends too many signals")

    async def _negotiate(self) -> None:
        if self.offers:
            self._send("offer", await self._describe())
        while True:
            kind, body = await self._inbox.get()
            await self._handle(kind, body)

    async def _handle(self, kind: str, body: Any) -> None:
        if kind == "candidate":
            if self._remote_sdp is not None:
                await self.add_candidates(body)
        elif kind in ("offer", "answer"):
            await self._described(kind, body)

    async def _described(self, kind: str, body: Any) -> None:
        state = self._pc.signalingState
        # aiortc cannot roll back, so this side is never polite: its offer counts. Nothing is handled while it makes one.
        if not is_used(kind, polite=False, making_offer=False, signaling_state=state):
            return
        before = self._remote_sdp
        if kind == "offer" and before is not None and restarts(before, body["sdp"]):
            self._break("the other side restarts ICE")
            return
        await self._set_remote_description(body)
        if kind == "offer":
            self._send("answer", await self._describe())

    async def _set_remote_description(self, body: Mapping[str, Any]) -> None:
        if str(body["sdp"]).count("\nm=") > SECTIONS_LIMIT:
            raise ValueError(f"a direct connection has {SECTIONS_LIMIT} media section")
        await super()._set_remote_description(body)
        self._remote_sdp = body["sdp"]


def restarts(before: str, offer: str) -> bool:
    """Whether an offer restarts ICE: its user fragment is another (RFC 8839, section 5.4)."""
    return _fragment(before) != _fragment(offer)


def _fragment(sdp: str) -> str | None:
    found = re.search(r"^a=ice-ufrag:(\S+)", sdp, re.MULTILINE)
    return found and found[1]

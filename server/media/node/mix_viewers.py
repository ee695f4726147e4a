"""The viewers of a mix that another node sends to this one, by SRTP as to an edge (`mix_sender.py`). Nothing is decoded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiortc import RTCIceCandidate, RTCSessionDescription

from ..aiortc_internals.connections import ignore_receiver_reports, set_stream_id
from ..aiortc_internals.packets import send_packets
from ..audio_connection import OPUS
from ..node_rules import MIX
from ..opus import FRAME_SAMPLES
from ..renumbering import Renumbering
from ..rtc_connection import RtcConnection
from ..rtp import RtpPacket
from ..signaling.client import Ice, no_servers
from .room_sockets import RoomSockets
from .viewers import OnChange, ViewerRefused


class MixViewers:
    """`hear` what arrives (`listening/mix_socket.py`), and `close` at the end. `ice` is called before each connection."""

    def __init__(self, ice: Callable[[], Awaitable[Ice]] = no_servers) -> None:
        self._ice = ice
        self._sockets = RoomSockets()
        self._viewers: set[MixViewer] = set()
        self._source, self._seq, self._timestamp = 0, 0, 0

    def hear(self, source: int, timestamp: int, opus: bytes, at: float) -> None:
        """Send this frame of the mix to all viewers. `source` is its SSRC, `at` the time of the monotonic clock."""
        if source != self._source:
            self._source, self._timestamp = source, timestamp
        # All frames are of one length, and a missing one must be missing for the viewers, too.
        ahead = (timestamp - self._timestamp + (1 << 31)) % (1 << 32) - (1 << 31)
        self._seq, self._timestamp = self._seq + ahead // FRAME_SAMPLES & 0xFFFF, timestamp
        packet = RtpPacket(source, self._seq, timestamp, False, opus, arrived_at=at)
        for each in self._viewers:
            each.send(packet)
        self._sockets.together.send()

    async def watch(self, on_change: OnChange) -> MixViewer:
        """A new viewer. Raises ViewerRefused."""
        return await self._begin(on_change, MixViewer.offer)

    async def answer(self, offer: str, on_change: OnChange) -> MixViewer:
        """A new viewer, who offered. Raises ViewerRefused."""
        return await self._begin(on_change, lambda viewer: viewer.answer(offer))

    async def _begin(
        self, on_change: OnChange, describe: Callable[[MixViewer], Awaitable[None]]
    ) -> MixViewer:
        viewer = MixViewer(await self._ice(), self._sockets, on_change, self._viewers.discard)
        self._viewers.add(viewer)
        try:
            await describe(viewer)
        except BaseException as error:
            await viewer.close()
            if isinstance(error, OSError):
                raise ViewerRefused(f"it cannot be described: {error}") from error
            raise
        return viewer

    async def close(self) -> None:
        for each in [*self._viewers]:
            await each.close()
        await self._sockets.ports.close()


class MixViewer(RtcConnection):
    """`sdp` is the offer or the answer, with all candidates. `on_close` is called with this viewer."""

    def __init__(
        self,
        ice: Ice,
        sockets: RoomSockets,
        on_change: OnChange,
        on_close: Callable[[Any], None],
    ) -> None:
        super().__init__(ice)
        self.sdp = ""
        self._together = sockets.together
        self._on_change = on_change
        self._on_close = on_close
        self._renumbering = Renumbering()
        self._sockets = sockets
        transceiver = self._pc.addTransceiver("audio", "sendonly")
        transceiver.setCodecPreferences(OPUS)
        set_stream_id(transceiver, MIX)
        self._sender = send_packets(transceiver)

    async def offer(self) -> None:
        self._sockets.ports.use(self._pc)
        self.sdp = (await self._describe())["sdp"]
        ignore_receiver_reports(self._pc)

    async def answer(self, offer: str) -> None:
        await self._hear(offer, "offer")
        await self.offer()

    async def start(self, answer: str) -> None:
        await self._hear(answer, "answer")

    async def _hear(self, sdp: str, kind: str) -> None:
        # Checks may come from other addresses (RFC 8445, 7.3.1.3), for which aioice would not wait.
        sdp = sdp.replace("a=end-of-candidates\r\n", "")
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(sdp, kind))
        except Exception as error:
            # Whatever the listener sent.
            raise ViewerRefused(f"{type(error).__name__}: {error}") from error

    async def add_candidate(self, candidate: RTCIceCandidate) -> None:
        await self._add_candidates([candidate])

    def send(self, packet: RtpPacket) -> None:
        """Send a packet with the next `together.send()`; dropped until the connection is made."""
        place = self._renumbering.place(packet)
        if place is not None:
            self._sender.send(packet, self._together, place)

    async def close(self) -> None:
        self._on_close(self)
        await super().close()

    def _state_changed(self) -> None:
        super()._state_changed()
        if self._closed:
            return
        if self.state == "connected":
            self._on_change("connected")
        elif self.state in ("failed", "closed"):
            self._on_change("over")

    def _not_connected(self, why: str) -> None:
        self._on_change("over")

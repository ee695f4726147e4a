"""A participant's connection with this node. It receives and sends packets, and decodes nothing.

The participant offers (a node never does), and the node answers with all its candidates. Each media section on which the
participant receives is a slot for one voice, which the answer names in `a=msid:` (`node_rules.py`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final

from aiortc import RTCRtpTransceiver, RTCSessionDescription
from aiortc.sdp import SessionDescription

from ...supervision import Supervisor
from ..aiortc_internals.connections import (
    ignore_receiver_reports,
    peer_receives,
    set_stream_id,
)
from ..aiortc_internals.packets import PacketSender, receive_packets, send_packets
from ..direct_connection import restarts
from ..node_rules import NOBODY
from ..renumbering import Renumbering
from ..rtc_connection import RtcConnection
from ..rtp import RtpPacket
from ..signaling.client import Ice
from .room_sockets import RoomSockets

SLOTS_LIMIT: Final = 64

log = logging.getLogger(__name__)


class OfferRefused(Exception):
    """This offer is refused; the text is for the participant who sent it."""


class ParticipantConnection(RtcConnection):
    """`on_packet` gets the participant's packets; `sockets` are those of the room."""

    def __init__(
        self, ice: Ice, sockets: RoomSockets, on_packet: Callable[[RtpPacket], None]
    ) -> None:
        super().__init__(ice)
        self._sockets = sockets
        self._together = sockets.together
        self._on_packet = on_packet
        self._senders: dict[str, PacketSender] = {}  # by mid
        self._voices: dict[str, str] = {}  # mid by voice
        self._renumberings: dict[
            str, Renumbering
        ] = {}  # by mid: a slot is one stream, also when its voice changes
        self._slots: dict[str, tuple[Renumbering, PacketSender]] = {}  # by voice
        self._offered: str | None = None
        self._unusable = False
        self._answering = asyncio.Lock()
        self._changed = asyncio.Event()
        self._tasks = Supervisor()

    def can_answer(self, offer: str) -> bool:
        """Whether this connection can answer this offer. If not, a new connection must: aiortc cannot restart ICE."""
        if self._unusable or self.state in ("failed", "closed"):
            return False
        return self._offered is None or not restarts(self._offered, offer)

    async def until(self, *states: str) -> str:
        """Wait until the connection is in one of these states, and return it."""
        while self.state not in states:
            self._changed.clear()
            await self._changed.wait()
        return self.state

    async def answer(self, offer: str, wanted: Iterable[str]) -> str:
        """The SDP that answers this SDP. Voices keep their slots; new ones get the free slots, in the wanted order.

        Raises OfferRefused.
        """
        try:
            offer = self._candidates.filter_sdp(offer)
        except ValueError as error:
            raise OfferRefused(f"this offer cannot be read: {error}") from error
        _check(offer)
        async with self._answering:
            if self._closed:
                raise OfferRefused("this connection is closed")
            try:
                await self._pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
                self._offered = offer
                transceivers = self._pc.getTransceivers()
                for transceiver in transceivers:
                    self._prepare(transceiver)
                self._sockets.ports.use(self._pc)
                self._assign(transceivers, list(wanted))
                answer = await self._describe()
                ignore_receiver_reports(self._pc)
            except OfferRefused:
                raise
            except Exception as error:
                # aiortc cannot roll back. A connected connection stays as it was; any other is replaced at the next offer.
                self._unusable = self.state != "connected"
                raise OfferRefused(f"this offer could not be answered: {error}") from error
            return answer["sdp"]

    def send(self, voice: str, packet: RtpPacket) -> None:
        """Send a packet of this voice with the next `sockets.together.send()`; dropped if it has no slot, or the kernel has no place."""
        mid = self._voices.get(voice)
        if mid is not None:
            self._senders[mid].send(packet, self._together)

    def forward(self, voice: str, packet: RtpPacket) -> None:
        """As `send`, renumbered for the stream of its slot."""
        slot = self._slots.get(voice)
        if slot is None:
            return
        renumbering, sender = slot
        place = renumbering.place(packet)
        if place is not None:
            sender.send(packet, self._together, place)

    def pause(self, voice: str) -> None:
        """This voice is not forwarded for now."""
        mid = self._voices.get(voice)
        if mid in self._renumberings:
            self._renumberings[mid].pause()

    async def close(self) -> None:
        self._closed = True
        # While an answer is made, ports are being opened. They can be closed only when all of them are open.
        async with self._answering:
            await super().close()
        self._changed.set()

    def _state_changed(self) -> None:
        super()._state_changed()
        self._changed.set()

    def _not_connected(self, why: str) -> None:
        log.info("%s", why)
        self._tasks.once(self.close(), "end of a connection that was not made")

    def _prepare(self, transceiver: RTCRtpTransceiver) -> None:
        mid = str(transceiver.mid)
        if mid in self._senders:
            return
        receive_packets(transceiver, self._on_packet)
        self._senders[mid] = send_packets(transceiver)
        transceiver.direction = "sendrecv"

    def _assign(self, transceivers: list[RTCRtpTransceiver], wanted: list[str]) -> None:
        slots = [str(each.mid) for each in transceivers if peer_receives(each)]
        self._voices = {v: m for v, m in self._voices.items() if v in wanted and m in slots}
        free = [mid for mid in slots if mid not in self._voices.values()]
        for voice in wanted:
            if voice not in self._voices and free:
                mid = self._voices[voice] = free.pop(0)
                if mid in self._renumberings:
                    # The slot had another voice: its stream continues, whatever the SSRCs are.
                    self._renumberings[mid].pause()
        self._slots = {
            voice: (self._renumberings.setdefault(mid, Renumbering()), self._senders[mid])
            for voice, mid in self._voices.items()
        }
        named = {mid: voice for voice, mid in self._voices.items()}
        for transceiver in transceivers:
            set_stream_id(transceiver, named.get(str(transceiver.mid), NOBODY))


def _check(offer: str) -> None:
    try:
        described = SessionDescription.parse(offer)
    except Exception as error:
        raise OfferRefused(f"this is no session description: {error}") from error
    media = described.media
    if not media or any(each.kind != "audio" for each in media):
        raise OfferRefused("a room has audio and nothing else")
    if len(media) > SLOTS_LIMIT:
        raise OfferRefused(f"at most {SLOTS_LIMIT} voices at once")
    bundled = {
        mid for group in described.group if group.semantic == "BUNDLE" for mid in group.items
    }
    if len(media) > 1 and any(each.rtp.muxId not in bundled for each in media):
        raise OfferRefused("all media sections must use one transport: bundle them (RFC 9143)")
    if not any(
        codec.mimeType.lower() == "audio/opus" for each in media for codec in each.rtp.codecs
    ):
        raise OfferRefused("audio is Opus (RFC 7587), which this offer does not have")

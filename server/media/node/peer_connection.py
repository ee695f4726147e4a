"""One person's connection to a node: what they send comes in as packets, what they shall hear goes out as packets.

A person offers (a node never does), the node answers with all its candidates at once. Each m-line on which the person receives
is a slot for one voice; the answer names whose in `a=msid:` (RFC 8830), so that the browser knows whom it receives.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final

from aiortc import RTCPeerConnection, RTCRtpTransceiver, RTCSessionDescription
from aiortc.exceptions import InvalidStateError
from aiortc.sdp import SessionDescription

from ...supervision import Supervisor
from ..aiortc_internals.connections import limit_input, peer_receives, set_stream_id
from ..aiortc_internals.packets import PacketSender, receive_packets, send_packets
from ..candidates import Candidates
from ..forwarding import Forward
from ..node_rules import NOBODY
from ..peer_connection import CONNECTED_WITHIN, configuration_of
from ..rtp import RtpPacket
from ..signaling.client import Ice

SLOTS_LIMIT: Final = 64

log = logging.getLogger(__name__)


class OfferRefused(Exception):
    """An offer this node does not take, in words for whoever sent it."""


class NodePeerConnection:
    """A connection that stands, or will. `arrive` gets the person's packets; `voices` are those that have a slot."""

    def __init__(self, ice: Ice, arrive: Callable[[RtpPacket], None]) -> None:
        self._connection = RTCPeerConnection(configuration_of(ice))
        self._arrive = arrive
        self._taken: dict[str, PacketSender] = {}  # by mid
        self._voices: dict[str, str] = {}  # voice -> mid
        self._forwards: dict[str, Forward] = {}  # by mid, for a slot is one stream whoever has it
        self._candidates = Candidates(ice.reach)
        self._closed = False
        self._spoilt = False
        self._answering = asyncio.Lock()
        self._has_deadline = False
        self.dropped = 0
        self._changed = asyncio.Event()
        self._tasks = Supervisor()
        self._connection.on("connectionstatechange", self._changed.set)

    @property
    def state(self) -> str:
        """W3C WebRTC, 4.3.3: new, connecting, connected, disconnected, failed or closed."""
        return str(self._connection.connectionState)

    @property
    def usable(self) -> bool:
        """Whether an offer may be about this connection; else it is about a new one."""
        return not self._spoilt and self.state not in ("failed", "closed")

    async def until(self, *states: str) -> str:
        """Wait until the connection is in one of these states; which."""
        while self.state not in states:
            self._changed.clear()
            await self._changed.wait()
        return self.state

    @property
    def voices(self) -> set[str]:
        return set(self._voices)

    async def answer(self, offer: str, wanted: Iterable[str]) -> str:
        """The SDP that answers this SDP. Voices keep their slots, new ones get what is free, in the order wanted.

        Raises OfferRefused.
        """
        try:
            offer = self._candidates.screened(offer)
        except ValueError as error:
            raise OfferRefused(f"this offer is not read: {error}") from error
        _check(offer)
        async with self._answering:
            if self._closed:
                raise OfferRefused("this connection is closed")
            connection = self._connection
            try:
                await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
                limit_input(connection)
                transceivers = connection.getTransceivers()
                for transceiver in transceivers:
                    self._take(transceiver)
                self._assign(transceivers, list(wanted))
                await connection.setLocalDescription(await connection.createAnswer())
            except OfferRefused:
                raise
            except Exception as error:
                # aiortc takes nothing back; what stands stays, but what was only about to be is made anew.
                self._spoilt = self.state != "connected"
                raise OfferRefused(f"this offer could not be answered: {error}") from error
            if not self._has_deadline:
                self._has_deadline = True
                self._tasks.once(self._end_unconnected(), "deadline of a connection")
            return str(connection.localDescription.sdp)

    async def add_candidates(self, body: object) -> None:
        """Candidates as they are signaled: one RTCIceCandidateInit, or several. What cannot be read is no path to anybody."""
        for candidate in self._candidates.of(body):
            try:
                await self._connection.addIceCandidate(candidate)
            except (ValueError, InvalidStateError) as error:
                log.info("a candidate was passed over: %s", error)

    def send(self, voice: str, packet: RtpPacket) -> None:
        """Send as this voice; dropped if it has no slot, or the line cannot keep up."""
        mid = self._voices.get(voice)
        if mid is not None:
            self._put(mid, packet)

    def forward(self, voice: str, packet: RtpPacket) -> None:
        """Send a packet of this person's, renumbered into the stream of the slot they have; dropped if they have none."""
        mid = self._voices.get(voice)
        if mid is None:
            return
        forward = self._forwards.get(mid)
        if forward is None:
            forward = self._forwards[mid] = Forward()
        mapped = forward.map(packet)
        if mapped is not None:
            self._put(mid, mapped)

    def pause(self, voice: str) -> None:
        """This person is not forwarded for now."""
        mid = self._voices.get(voice)
        if mid in self._forwards:
            self._forwards[mid].pause()

    async def _end_unconnected(self) -> None:
        """aioice looks for a path every 20 ms for ever, as long as the other side has not said that it knows no more."""
        try:
            async with asyncio.timeout(CONNECTED_WITHIN):
                while self.state in ("new", "connecting") and not self._closed:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            log.info("a connection was not made within %g seconds", CONNECTED_WITHIN)
            await self.close()

    async def close(self) -> None:
        self._closed = True
        self._changed.set()
        # An answer that is being made opens ports that are closed only once they are all there.
        async with self._answering:
            await self._connection.close()
        self._changed.set()

    def _put(self, mid: str, packet: RtpPacket) -> None:
        if not self._taken[mid].send(packet):
            self.dropped += 1

    def _take(self, transceiver: RTCRtpTransceiver) -> None:
        mid = str(transceiver.mid)
        if mid in self._taken:
            return
        receive_packets(transceiver, self._arrive)
        self._taken[mid] = send_packets(transceiver)
        transceiver.direction = "sendrecv"

    def _assign(self, transceivers: list[RTCRtpTransceiver], wanted: list[str]) -> None:
        slots = [str(each.mid) for each in transceivers if peer_receives(each)]
        self._voices = {v: m for v, m in self._voices.items() if v in wanted and m in slots}
        free = [mid for mid in slots if mid not in self._voices.values()]
        for voice in wanted:
            if voice not in self._voices and free:
                mid = self._voices[voice] = free.pop(0)
                if mid in self._forwards:
                    # Somebody else's until now: whatever their SSRCs are, the stream goes on with another speaker.
                    self._forwards[mid].pause()
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
        raise OfferRefused("a room carries audio, and nothing else")
    if len(media) > SLOTS_LIMIT:
        raise OfferRefused(f"at most {SLOTS_LIMIT} voices at once")
    bundled = {
        mid for group in described.group if group.semantic == "BUNDLE" for mid in group.items
    }
    if len(media) > 1 and any(each.rtp.muxId not in bundled for each in media):
        raise OfferRefused("all voices travel on one connection: bundle them (RFC 9143)")
    if not any(
        codec.mimeType.lower() == "audio/opus" for each in media for codec in each.rtp.codecs
    ):
        raise OfferRefused("voices are Opus (RFC 7587), which this offer does not know")

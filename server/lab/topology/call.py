"""How a person of the lab is connected, whoever serves the room: what is counted of each is the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from aiortc import RTCPeerConnection

from ...media.room_session import RoomSession, room_session
from ...media.rtp import RtpPacket
from ...media.signaling.client import SignalingClient
from ...media.signaling.events import Seat
from ...media.sounds import Sound
from ...types import RoomId

HEADERS: Final = 28  # bytes of IPv4 and UDP before each packet (RFC 791, RFC 768)

OnPacket = Callable[[int, RtpPacket], None]
"""Gets the number of who is heard (a speaker, or whoever mixes), and a packet."""


class Call(Protocol):
    """A person's connections in one room, until they leave."""

    @property
    def spoken(self) -> int:
        """Blocks of 20 ms that were encoded."""

    @property
    def pcs(self) -> list[RTCPeerConnection]:
        """All connections, also those that are not made yet."""

    @property
    def mix(self) -> RTCPeerConnection | None:
        """The connection on which a mix of all comes, once it is made."""


@dataclass(frozen=True)
class RoomCall:
    """In a room of ours."""

    session: RoomSession

    @property
    def spoken(self) -> int:
        sent_audio = self.session.sent_audio
        return 0 if sent_audio is None else sent_audio.encoded_blocks

    @property
    def pcs(self) -> list[RTCPeerConnection]:
        found = [each.pc for each in self.session.mesh.connections().values()]
        node = self.session.routes.node
        return found if node is None else [*found, node.connection.pc]

    @property
    def mix(self) -> RTCPeerConnection | None:
        node = self.session.routes.node
        return node.connection.pc if node is not None and node.connection.connected else None


@asynccontextmanager
async def room_call(
    client: SignalingClient, room: int, sound: Sound | None, on_packet: OnPacket
) -> AsyncIterator[RoomCall]:
    """A seat like any other, by rows. Raises Refused and ConnectionLost."""

    def receive(seat: Seat, packet: RtpPacket) -> None:
        on_packet(int(seat.user), packet)

    role = "AUDIENCE" if sound is None else None
    async with room_session(
        client, RoomId(room), sound=sound, role=role, on_packet=receive
    ) as session:
        yield RoomCall(session)


def connections(call: Call | None) -> int:
    """The number of a person's open connections."""
    pcs = [] if call is None else call.pcs
    return sum(pc.connectionState == "connected" for pc in pcs)


async def wire(call: Call | None) -> tuple[int, int]:
    """Bits sent and received over all connections, IP and UDP headers included; ICE's own checks are not."""
    up = down = 0
    for pc in [] if call is None else call.pcs:
        for report in (await pc.getStats()).values():
            if report.type == "transport":
                up += 8 * (report.bytesSent + HEADERS * report.packetsSent)
                down += 8 * (report.bytesReceived + HEADERS * report.packetsReceived)
    return up, down

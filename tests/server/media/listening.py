"""What tests wait for: what peers receive, and the state of their room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
from roomtone.media.room_session import RoomSession
from roomtone.media.signaling.events import Seat

from ...patience import PATIENCE, comes_true

WINDOW = 15  # blocks of 20 ms that are looked at together


async def hears(session: RoomSession, username: str, hertz: float) -> None:
    """Wait until the audio of this participant is this tone."""
    blocks: list[np.ndarray] = []
    async with asyncio.timeout(PATIENCE):
        async for heard in session.received_audio():
            if heard.seat.username != username:
                continue
            blocks = [*blocks, heard.samples][-WINDOW:]
            if len(blocks) == WINDOW and heard.level > -60:
                wave = np.concatenate(blocks).astype(np.float64)
                spectrum = np.abs(np.fft.rfft(wave * np.hanning(wave.size)))
                if abs(spectrum.argmax() * 48_000 / wave.size - hertz) < 10:
                    return


async def until(session: RoomSession, condition: Callable[[RoomSession], object]) -> None:
    """Wait until the room is as wanted, as this peer sees it."""
    await comes_true(lambda: condition(session))


def others(session: RoomSession) -> list[Seat]:
    """The other participants, as this peer sees them."""
    me = session.held_seat.client.user.id
    return [seat for seat in session.seats.values() if seat.user != me and seat.peer is not None]


async def packets(session: RoomSession) -> tuple[int, int]:
    """What WebRTC counted over all connections: packets that went out, packets that came in."""
    out = into = 0
    for connection in session.mesh.connections().values():
        for report in (await connection.pc.getStats()).values():
            out += getattr(report, "packetsSent", 0) if report.type == "outbound-rtp" else 0
            into += getattr(report, "packetsReceived", 0) if report.type == "inbound-rtp" else 0
    return out, into


def connected(session: RoomSession) -> int:
    """With how many a peer is connected."""
    return sum(c.connected for c in session.mesh.connections().values())

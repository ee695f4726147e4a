"""Listeners of an edge: each has a seat in the audience, answers whatever is offered to it, and remembers what it hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from roomtone.media.node.node_seat import NodeSeat
from roomtone.media.signaling.database_client import DatabaseConnections
from roomtone.media.signaling.events import SeatChanged, Signal, Snapshot
from roomtone.types import PeerId, RoomId

from ....people import Psql
from ..node.people import consists_of


class Listener:
    """`heard` is the last second, in blocks of 20 ms; `offers` the sessions that offered, and `edge` the one that the seat names."""

    def __init__(self, seat: NodeSeat, username: str) -> None:
        self.seat = seat
        self.username = username
        self.heard: list[Any] = []
        self.offers: list[PeerId] = []
        self.edge: PeerId | None = None
        self.answers = True
        self.hung_up = False  # by the other side
        self._connection: RTCPeerConnection | None = None
        self._reading: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        async for event in self.seat.events():
            match event:
                case Snapshot(seats=seats, signals=signals):
                    self.edge = next(each.edge for each in seats if each.peer == self.seat.peer)
                    for signal in signals:
                        await self._receive(signal)
                case SeatChanged(seat=seat) if seat.peer == self.seat.peer:
                    self.edge = seat.edge
                case Signal():
                    await self._receive(event)
        await self.hang_up()  # the room has ended

    def hears(self, *tones: float) -> bool:
        """Whether the last half second is these tones and nothing else."""
        return len(self.heard) >= 25 and consists_of(np.concatenate(self.heard[-25:]), *tones)

    def forget(self) -> None:
        """What was heard until now does not count."""
        self.heard.clear()

    async def hang_up(self) -> None:
        for each in self._reading:
            each.cancel()
        if self._connection is not None:
            await self._connection.close()

    async def _receive(self, signal: Signal) -> None:
        if signal.kind != "offer" or signal.from_peer != self.edge:
            return
        self.offers.append(signal.from_peer)
        if not self.answers:
            return
        await self.hang_up()
        self._connection = connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.hung_up = False
        connection.on("connectionstatechange", lambda: self._changed(connection))
        connection.on(
            "track", lambda track: self._reading.append(asyncio.create_task(self._read(track)))
        )
        await connection.setRemoteDescription(RTCSessionDescription(signal.body["sdp"], "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        # Without candidates, as browsers send it: an edge finds them by the checks that it gets.
        lines = connection.localDescription.sdp.splitlines(keepends=True)
        sdp = "".join(line for line in lines if not line.startswith("a=candidate"))
        self.seat.send(signal.from_peer, "answer", {"type": "answer", "sdp": sdp})

    def _changed(self, connection: RTCPeerConnection) -> None:
        if connection is self._connection:
            self.hung_up = connection.connectionState in ("closed", "failed")

    async def _read(self, track: Any) -> None:
        with suppress(Exception):
            while True:
                self.heard.append((await track.recv()).to_ndarray()[0, ::2])
                del self.heard[:-50]


@asynccontextmanager
async def listener(
    database: DatabaseConnections, psql: Psql, room: int, username: str
) -> AsyncIterator[Listener]:
    """Somebody in the audience of this room, until the block ends."""
    client = await database.client(username, kind="person")
    peer = PeerId(str(psql.seat(room, username, "AUDIENCE")))
    made = Listener(NodeSeat(client, RoomId(room), peer), username)
    tasks = [asyncio.create_task(made.run()), asyncio.create_task(made.seat.write_signals())]
    try:
        yield made
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await made.hang_up()


@asynccontextmanager
async def listeners(
    database: DatabaseConnections, psql: Psql, room: int, usernames: Iterable[str]
) -> AsyncIterator[list[Listener]]:
    """Several of them, who come one after the other."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(listener(database, psql, room, each))
            for each in usernames
        ]

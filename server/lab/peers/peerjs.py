"""PeerServer, the signaling server of PeerJS: it passes offers, answers and candidates on, and knows no rooms.

PeerJS's own client needs a browser, so these clients send what it sends: docs/peerjs-and-socketio.md shows it message by message.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from ...supervision import begin, stop
from ...tools.network import Place, Tally
from ...tools.processes import free_port
from ...tools.websocket import WebSocket
from .bodies import BODIES
from .followers import LOST, FollowedHere, Follower
from .lane import About, Surroundings
from .npm import WITHOUT_BUFFERUTIL, node, versions
from .plan import Act
from .process import Process
from .refusals import NotAccepted

HEARTBEAT: Final = 5.0  # seconds, as PeerJS's pingInterval
WITHIN: Final = 5.0  # seconds to connect
ABOUT: Final = About(
    "peerjs",
    "peerjs",
    "PeerJS server",
    "default",
    "its defaults (its documentation names no faster ones)",
    "messages to a peer that is away wait for expire_timeout, 5 s",
    frozenset({"offer", "candidate"}),
)


async def opened(place: Place, name: str, tally: Tally) -> WebSocket:
    """A connection that the server has accepted. Raises one of `LOST`."""
    path = f"/peerjs?key=peerjs&id={name}&token=token-{name}&version=1.5.5"
    socket = await WebSocket.connect(place, path, tally)
    _, message = await socket.receive()
    if json.loads(message)["type"] != "OPEN":
        socket.close()
        raise EOFError(message.decode())
    return socket


class PeerFollower(Follower):
    def __init__(self, place: Place, number: int) -> None:
        super().__init__()
        self._place = place
        self._name = f"follower-{number}"

    async def follow(self) -> None:
        socket = await opened(self._place, self._name, self.tally)
        beating = begin(self._beat(socket), "heartbeat")
        self.follows.set()
        try:
            while True:
                at, message = await socket.receive()
                known = json.loads(message)
                if known["type"] in ("OFFER", "CANDIDATE"):
                    self.arrived(known["payload"]["key"], at)
        finally:
            await stop(beating)
            socket.close()

    async def _beat(self, socket: WebSocket) -> None:
        with suppress(OSError):  # who receives is told that it ended
            while True:
                await asyncio.sleep(HEARTBEAT)
                socket.send(b'{"type": "HEARTBEAT"}')


class PeerJs(FollowedHere):
    about = ABOUT
    options: Sequence[str] = ()
    """More options of its command: none by default."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self._place = Place(free_port())
        self._sockets: dict[int, WebSocket] = {}
        self._visits = 0

    async def start(self) -> None:
        program = node()
        folder = await self.around.modules.having("peer")
        self.versions = versions(folder, "peer", "ws")
        script = str(folder / "peer" / "dist" / "bin" / "peerjs.js")
        where = ("--port", str(self._place.port), "--host", "127.0.0.1")
        command = (program, script, *where, *self.options)
        log_file = self.folder / "peer.log"
        self.server = Process("PeerServer", command, log_file, self._place, WITHOUT_BUFFERUTIL)
        await self.server.start()

    async def follow(self, numbers: range, *, through_proxy: bool = False) -> None:
        place = await self.reached(self._place, through_proxy=through_proxy)
        await self.followers.start([PeerFollower(place, number) for number in numbers])

    async def write(self, participant: int, kind: Act, to: int | None) -> str:
        """There is no acknowledgement: a message is accepted when the kernel takes it."""
        key, _ = self.event(kind, participant)
        try:
            async with asyncio.timeout(WITHIN):
                if kind == "join":
                    self._close(participant)
                    self._visits += 1
                    name = f"participant-{participant}-{self._visits}"
                    self._sockets[participant] = await opened(self._place, name, Tally())
                elif kind == "leave":
                    self._sockets[participant].send(b'{"type": "LEAVE"}')
                    self._close(participant)
                else:
                    message = {
                        "type": kind.upper(),
                        "dst": f"follower-{to}",
                        "payload": {"key": key, "body": BODIES[kind]},
                    }
                    self._sockets[participant].send(json.dumps(message).encode())
        except LOST as error:
            self._close(participant)
            raise NotAccepted(f"{type(error).__name__}: {error}") from error
        return key

    def _close(self, participant: int) -> None:
        socket = self._sockets.pop(participant, None)
        if socket is not None:
            socket.close()

    async def close_participants(self) -> None:
        for participant in list(self._sockets):
            self._close(participant)

"""The lanes of Janus: one of our own for each, with that plugin alone, and rooms made in it as fairly as its settings allow."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import psutil

from ...media.edge.janus import Handle, JanusLost, JanusRefused
from ...media.edge.janus_process import JanusProcess, janus_process
from ...media.opus import BIT_RATE, RATE
from .janus_call import PATIENCE
from .plan import Crowd, Topology

PLUGINS: Final[dict[Topology, str]] = {"videoroom": "videoroom", "audiobridge": "audiobridge"}
"""Which of Janus's plugins a lane is."""

SESSION_TIMEOUT: Final = 60  # seconds, Janus's own default
PREBUFFERED: Final = 3
"""Packets of a speaker that an AudioBridge has before it mixes them. Its default is 6. Our mixer begins with 2 and takes more where it must; an AudioBridge does not."""


@dataclass(frozen=True)
class JanusLane:
    """A running Janus with one plugin."""

    plugin: str
    running: JanusProcess
    process: psutil.Process
    _handle: Handle

    @property
    def name(self) -> str:
        return f"Janus with its {self.plugin} plugin"

    @property
    def ended(self) -> bool:
        """Whether it has ended, or its API has."""
        return self.running.process.returncode is not None or self._handle.janus.lost.is_set()

    async def room(self, crowd: Crowd) -> dict[str, Any]:
        """A new room for so many, as people are told of it. Raises JanusLost and JanusRefused."""
        number = secrets.randbelow(1 << 31) + 1
        await self._ask("create", number, **settings(self.plugin, crowd))
        return {
            "room": number,
            "url": self.running.session.url,
            "secret": self.running.secret,
            "plugin": f"janus.plugin.{self.plugin}",
        }

    async def end(self, place: dict[str, Any]) -> None:
        """End the room, if there is still a Janus."""
        with suppress(JanusLost, JanusRefused):
            await self._ask("destroy", place["room"])

    async def _ask(self, request: str, room: int, **more: Any) -> None:
        own = {"request": request, "room": room, "admin_key": self.running.secret}
        await self._handle.say(own | more)


@asynccontextmanager
async def janus_lane(topology: Topology) -> AsyncIterator[JanusLane]:
    """A Janus for this lane, until the block ends. Raises JanusLost and JanusRefused."""
    plugin = PLUGINS[topology]
    starting = janus_process(plugin=plugin, patience=PATIENCE, session_timeout=SESSION_TIMEOUT)
    async with starting as running:
        handle = await running.session.attach(f"janus.plugin.{plugin}", lambda event: None)
        yield JanusLane(plugin, running, psutil.Process(running.process.pid), handle)


def settings(plugin: str, crowd: Crowd) -> dict[str, Any]:
    """What a room is made with: the codec as on our nodes, where Janus leaves a choice."""
    if plugin == "videoroom":
        # Three may speak by default. Packets are forwarded as they come, so FEC and DTX are the speakers': none, as on our nodes.
        return {
            "publishers": crowd.speakers,
            "audiocodec": "opus",
            "opus_fec": False,
            "opus_dtx": False,
        }
    return {
        "sampling_rate": RATE,
        "default_bitrate": BIT_RATE,
        "default_expectedloss": 0,
        "default_prebuffering": PREBUFFERED,
    }

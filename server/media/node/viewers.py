"""To whom an edge sends a room's mix: connections that it offers, or a player does, made by a Janus (`../edge/mountpoint.py`) or by this process (`mix_viewers.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from aiortc import RTCIceCandidate

ViewerState = Literal["connected", "over"]
OnChange = Callable[[ViewerState], None]


class ViewersLost(Exception):
    """What makes the connections is gone."""


class ViewerRefused(Exception):
    """This connection cannot be made, or its answer cannot be used."""


class Viewer(Protocol):
    """One connection, to be closed at the end. Each method but `close` raises ViewersLost and ViewerRefused."""

    @property
    def sdp(self) -> str:
        """The offer; the answer, if the viewer offered."""

    async def start(self, answer: str) -> None:
        """Begin to send, with the viewer's SDP answer. Not for one who offered."""

    async def add_candidate(self, candidate: RTCIceCandidate) -> None:
        """A further candidate of the viewer."""

    async def close(self) -> None: ...


class Viewers(Protocol):
    """The mix of one room."""

    async def watch(self, on_change: OnChange) -> Viewer:
        """A new viewer. Raises ViewersLost and ViewerRefused."""

    async def answer(self, offer: str, on_change: OnChange) -> Viewer:
        """A new viewer, who sent this SDP offer of one section and is sent the mix when connected. Raises ViewersLost and ViewerRefused."""

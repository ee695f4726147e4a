"""What each connection on aiortc has, here or in a node: allowed candidates, bounded input, and an end when it is not made.

A participant's are `audio_connection.py`, a node's `node/participant_connection.py`.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Final

from aiortc import (
    RTCConfiguration,
    RTCIceCandidate,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
)
from aiortc.exceptions import InvalidStateError

from ..supervision import finished
from .aiortc_internals.connections import limit_input
from .aiortc_internals.dtls import accept_rsa, repeat_first_message
from .aiortc_internals.host_addresses import use_loopback_if_alone
from .candidates import Candidates
from .signaling.client import Ice

CONNECTED_WITHIN: Final = 30.0
"""Seconds from two descriptions to a connection; browsers give up after about 15, and aioice would look for a path without end."""

log = logging.getLogger(__name__)


class RtcConnection(ABC):
    """One aiortc connection, to be closed at the end."""

    def __init__(self, ice: Ice) -> None:
        use_loopback_if_alone()
        self._candidates = Candidates(ice.reach)
        self._closed = False
        self._deadline: asyncio.TimerHandle | None = None
        self._pc = RTCPeerConnection(configuration_of(ice))
        accept_rsa(self._pc)
        self._pc.on("connectionstatechange", self._state_changed)

    @property
    def pc(self) -> RTCPeerConnection:
        """For statistics and tests."""
        return self._pc

    @property
    def state(self) -> str:
        """W3C WebRTC, 4.3.3: new, connecting, connected, disconnected, failed or closed."""
        return str(self._pc.connectionState)

    async def add_candidates(self, body: object) -> None:
        """Candidates as they are signaled: one RTCIceCandidateInit, or a list. Those that cannot be read are ignored."""
        await self._add_candidates(self._candidates.parse(body))

    async def _add_candidates(self, candidates: Iterable[RTCIceCandidate]) -> None:
        for candidate in candidates:
            try:
                await self._pc.addIceCandidate(candidate)
            except (ValueError, InvalidStateError) as error:
                log.info("a candidate was ignored: %s", error)

    async def close(self) -> None:
        self._closed = True
        if self._deadline is not None:
            self._deadline.cancel()
        await self._pc.close()

    async def _describe(self) -> dict[str, str]:
        """Make the offer, or the answer to the offer that was set: an RTCSessionDescriptionInit, with all candidates."""
        limit_input(self._pc)
        repeat_first_message(self._pc)
        # Interrupted while it opens ports it would forget those that are open, so nothing could close them.
        await finished(self._pc.setLocalDescription(), "description")
        made = self._pc.localDescription
        return {"type": made.type, "sdp": made.sdp}

    def _state_changed(self) -> None:
        if self.state == "connecting" and self._deadline is None and not self._closed:
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(CONNECTED_WITHIN, self._check_connected)

    def _check_connected(self) -> None:
        if self.state in ("new", "connecting"):
            self._not_connected(f"the connection was not made within {CONNECTED_WITHIN:g} seconds")

    @abstractmethod
    def _not_connected(self, why: str) -> None:
        """The connection was not made in time."""


def configuration_of(ice: Ice) -> RTCConfiguration:
    """The configuration for aiortc. Without servers it has none, not even aiortc's default, a public STUN server."""
    servers = [
        RTCIceServer(server["urls"], server.get("username"), server.get("credential"))
        for server in ice.servers
    ]
    policy = RTCIceTransportPolicy.RELAY if ice.relay_only else RTCIceTransportPolicy.ALL
    return RTCConfiguration(iceServers=servers, iceTransportPolicy=policy)

"""Which STUN and TURN servers a bot or a media node uses, and where it may send."""

from __future__ import annotations

from ..formats.ice import configuration
from ..formats.media_addresses import Reach
from ..settings import Settings
from ..types import UserId
from .signaling.client import Ice


def ice_of(settings: Settings, user: UserId, *, loopback: bool | None = None) -> Ice:
    """What `GET /ice` answers this user, and where media may be sent: to loopback only if Roomtone serves there."""
    answer = configuration(settings, user)
    reach = Reach.of(
        settings.media_networks, loopback=settings.loopback if loopback is None else loopback
    )
    return Ice(tuple(answer["iceServers"]), answer["iceTransportPolicy"] == "relay", reach)

"""STUN and TURN servers for WebRTC peers, and TURN credentials.

TURN credentials are limited in time and need a secret shared with coturn only, as in the IETF draft
"A REST API for Access to TURN Services" (draft-uberti-behave-turn-rest): nothing is stored.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any, Protocol

from ..types import UserId


class IceSettings(Protocol):
    """The settings that say which servers there are."""

    @property
    def ice_servers(self) -> tuple[str, ...]: ...
    @property
    def turn_uris(self) -> tuple[str, ...]: ...
    @property
    def turn_secret(self) -> str | None: ...
    @property
    def turn_ttl(self) -> int: ...
    @property
    def ice_transport_policy(self) -> str: ...


def credentials(
    user_id: UserId, *, secret: str, ttl: int, now: float | None = None
) -> tuple[str, str]:
    """`(username, password)` that a TURN server with the same secret accepts for `ttl` seconds.

    The username is `<expiry, unix seconds>:<user id>`, the password the base64 of its HMAC-SHA1.
    """
    expiry = int(time.time() if now is None else now) + ttl
    username = f"{expiry}:{user_id}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


def configuration(settings: IceSettings, user_id: UserId | None) -> dict[str, Any]:
    """An RTCConfiguration (W3C WebRTC, 4.2.1) for this user, and `ttl`, its lifetime in seconds.

    An anonymous user gets STUN servers only: a TURN server relays media, which costs.
    """
    servers: list[dict[str, Any]] = []
    if settings.ice_servers:
        servers.append({"urls": list(settings.ice_servers)})
    if user_id is not None and settings.turn_uris and settings.turn_secret:
        username, password = credentials(
            user_id, secret=settings.turn_secret, ttl=settings.turn_ttl
        )
        servers.append(
            {"urls": list(settings.turn_uris), "username": username, "credential": password}
        )
    return {
        "iceServers": servers,
        "iceTransportPolicy": settings.ice_transport_policy,
        "ttl": settings.turn_ttl,
    }

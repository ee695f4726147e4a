"""Where peers find their way to each other: STUN and TURN servers, and who may use the latter.

TURN credentials are time-limited and shared with coturn by a secret alone, as in the IETF draft
"A REST API for Access to TURN Services" (draft-uberti-behave-turn-rest): nothing is stored.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import TYPE_CHECKING, Any

from ..types import UserId

if TYPE_CHECKING:
    from ..settings import Settings


def credentials(
    user_id: UserId, *, secret: str, ttl: int, now: float | None = None
) -> tuple[str, str]:
    """`(username, password)` that a TURN server with the same secret takes for `ttl` seconds.

    The username is `<expiry, unix seconds>:<user id>`, the password the base64 of its HMAC-SHA1.
    """
    expiry = int(time.time() if now is None else now) + ttl
    username = f"{expiry}:{user_id}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


def configuration(settings: Settings, user_id: UserId | None) -> dict[str, Any]:
    """An RTCConfiguration (W3C WebRTC, 4.2.1) for this user, and `ttl`, its lifetime in seconds.

    Somebody who is not signed in is told about STUN only: TURN carries media, and costs.
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

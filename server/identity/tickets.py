"""Tickets: an address that a player opens without a token.

For `<audio>` elements, which send no bearer token. A ticket is no token: it is signed with another key. It is invalid when
its user's token is revoked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import jwt

from ..types import Claims
from .tokens import OWN_ALGORITHM, Tokens, token_refused


def ticket(tokens: Tokens, claims: Claims, path: str, expires: datetime) -> str:
    """A ticket: it allows the user of these claims to read this path until `expires`. It is sent in the query."""
    content = {name: claims[name] for name in ("sub", "jti") if name in claims}
    content |= {"exp": int(expires.timestamp()), "path": path}
    return jwt.encode(content, tokens.key("ticket"), OWN_ALGORITHM)


def claims_of_ticket(tokens: Tokens, sent: str, path: str) -> Claims:
    """The claims of this ticket. Raises Problem 401 for an invalid one, or one of another path."""
    try:
        claims: dict[str, Any] = jwt.decode(
            sent,
            tokens.key("ticket"),
            algorithms=[OWN_ALGORITHM],
            options={"require": ["exp", "sub", "path"]},
        )
    except (jwt.PyJWTError, ValueError, RecursionError):
        claims = {}
    if claims.get("path") != path:
        raise token_refused("PGRST301", "this address has expired or is invalid")
    return claims

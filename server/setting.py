"""One row of the table of settings, and the values that some of them have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, field
from typing import Any, Literal

TransportPolicy = Literal["all", "relay"]
"""RTCIceTransportPolicy (W3C WebRTC, section 4.2.4)."""

TokenUsers = Literal["ids", "known", "created"]
"""What the subjects of tokens are: ids of users, or what their issuer calls them."""

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["plain", "json"]
SignIn = Literal["demo", "passkeys", "tokens"]


def setting(
    default: Any = MISSING,
    *,
    help: str,
    default_factory: Callable[[], Any] | None = None,
    default_text: str | None = None,
    also: str | None = None,
    secret: bool = False,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Any:
    """One row of the table: its default, what it does, and its bounds.

    `default_factory` computes the default on this machine, and `default_text` describes it in the reference.
    `also` is a second environment variable. The value of a `secret` is never shown.
    """
    row = {
        "help": help,
        "default_text": default_text,
        "also": also,
        "secret": secret,
        "at_least": at_least,
        "at_most": at_most,
    }
    if default_factory is not None:
        return field(default_factory=default_factory, metadata=row)
    return field(default=default, metadata=row)

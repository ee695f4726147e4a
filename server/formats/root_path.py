"""The path at which a relay is served: `/talk`, or nothing."""

from __future__ import annotations

import re
from typing import Final

_PATH: Final = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+", re.ASCII)

OWN: Final = re.compile(
    r"/(calendars|client|clubs|favicon\.ico|hallway|ice|invitations|lab|live|manifest\.webmanifest|metrics|offline|openapi\.json|people"
    r"|ready|recordings|rooms|rows|service-worker\.js|session|turn)(/|$)"
)
"""How the relay's own paths begin: `/rooms/7` could be room 7, or 7 at a relay at `/rooms`."""


def root_path(text: str) -> str:
    """This path without the slash at its end; empty for the root of the host. Raises ValueError."""
    path = text.rstrip("/")
    if path and not _PATH.fullmatch(path):
        raise ValueError(
            f"{text!r} is no path: write it like /talk, with letters, digits, '.', '_', '~' and '-'"
        )
    if OWN.match(path):
        raise ValueError(f"{text!r} is an address of the relay itself: choose another path")
    return path

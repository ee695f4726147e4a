"""The id of the request that is being answered: in the answer's headers, in the log, and in the body of an error that is logged.

A program or a proxy in front may send its own, so that one request has one id everywhere.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from secrets import token_hex
from typing import Final

HEADER: Final = "X-Request-Id"
ACCEPTABLE: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""Ids that are taken over. They are written into the log, so they have few characters, and a bound."""

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def id_for(sent: str | None) -> str:
    """The id of a request whose client sent this one, or none."""
    return sent if sent is not None and ACCEPTABLE.fullmatch(sent) else token_hex(8)

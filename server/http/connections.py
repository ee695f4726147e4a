"""The line to a reader: when to believe that it is dead, and how much may be on its way.

A reader whose network is gone closes nothing. What tells are probes that stay unanswered, and bytes
that nobody takes; until then its seat would be kept.
"""

from __future__ import annotations

import logging
import socket
from typing import Final

OPTIONS: Final = {
    "SO_KEEPALIVE": 1,
    "TCP_KEEPIDLE": 5,  # seconds
    "TCP_KEEPINTVL": 2,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 10_000,  # milliseconds; nobody took what was sent
    "TCP_NOTSENT_LOWAT": 128 * 1024,  # bytes; else the kernel holds megabytes for a slow reader
}
"""tcp(7) and socket(7). A system that lacks one does without it."""


def prepare(door: socket.socket) -> None:
    """Give a socket that will listen what all its connections then inherit."""
    for name, value in OPTIONS.items():
        level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
        if hasattr(socket, name):
            door.setsockopt(level, getattr(socket, name), value)


def about_no_cut_reader(record: logging.LogRecord) -> bool:
    """For uvicorn's log: a response without an end is how a reader who stopped reading is cut off.

    It is counted where it happens, and no mistake.
    """
    return record.msg != "ASGI callable returned without completing response."

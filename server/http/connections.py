"""TCP options of client connections: when a lost connection is noticed, and how much is buffered.

A client that lost its network closes nothing. Unanswered keepalive probes and unacknowledged bytes show it.
Until then the relay would keep its seat.
"""

from __future__ import annotations

import socket
from typing import Final

OPTIONS: Final = {
    "SO_KEEPALIVE": 1,
    "TCP_KEEPIDLE": 5,  # seconds
    "TCP_KEEPINTVL": 2,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 10_000,  # milliseconds in which the client acknowledged nothing
    "TCP_NOTSENT_LOWAT": 128
    * 1024,  # bytes; otherwise the kernel buffers megabytes for a slow subscriber
}
"""tcp(7) and socket(7). Options that a system does not have are left out."""


def set_options(listening_socket: socket.socket) -> None:
    """Set the options on a socket before it listens: its connections inherit them."""
    for name, value in OPTIONS.items():
        level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
        if hasattr(socket, name):
            listening_socket.setsockopt(level, getattr(socket, name), value)

"""The address by which this machine reaches another one: there, others that are near that one can reach this machine."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

LOOPBACK: Final = "127.0.0.1"
ANY_PORT: Final = 9  # nothing is sent to it


def address_towards(host: str) -> str:
    """This machine's address on the way to that IP address; loopback if it is none (a Unix socket). Raises OSError."""
    try:
        there = ipaddress.ip_address(host)
    except ValueError:
        return LOOPBACK
    family = socket.AF_INET6 if there.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((str(there), ANY_PORT))
        return str(probe.getsockname()[0])

"""Names and addresses of this machine (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3)."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether this name or address is reachable from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_protected(url: str) -> bool:
    """Whether nobody on the way reads or changes what is sent there: https, or http on this machine."""
    address = urlsplit(url)
    if not address.hostname:
        return False
    return address.scheme == "https" or (address.scheme == "http" and is_loopback(address.hostname))

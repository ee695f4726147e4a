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


def protected(url: str, name: str = "it") -> str:
    """This address, unless somebody on the way could change what is read there. Raises ValueError, which calls it `name`."""
    if not is_protected(url):
        raise ValueError(
            f"{name} must be an address like https://login.example.com; http is for this machine only"
        )
    return url

"""Origins of web pages, as browsers send them (RFC 6454, 6.2): `https://app.example.org`, `http://127.0.0.1:3000`."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_USUAL_PORT: Final = {"http": 80, "https": 443}

PATH: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]*")  # RFC 3986, 3.3


def web_origin(text: str) -> str:
    """This origin as a browser sends it: in lower case, without the scheme's usual port. Raises ValueError."""
    parts = urlsplit(text)
    if not text.isascii():
        raise ValueError(f"{text!r} is no origin that browsers send: write its host as xn--…")
    if parts.scheme not in _USUAL_PORT or not parts.hostname or parts.netloc.rpartition("@")[1]:
        raise ValueError(f"{text!r} is no origin: write it like https://app.example.org")
    if text.partition("://")[2] != parts.netloc or "*" in text:
        raise ValueError(
            f"{text!r} is no origin: it has a scheme, a host and perhaps a port, and nothing after"
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in (None, _USUAL_PORT[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def check_page_address(text: str) -> None:
    """Raises ValueError unless this is the address of a page: an origin, and perhaps a path. A link may have nothing else."""
    scheme, separator, rest = text.partition("://")
    host, _, path = rest.partition("/")
    web_origin(f"{scheme}{separator}{host}")
    if not PATH.fullmatch(path):
        raise ValueError(
            f"{text!r} has more than a host and a path: write https://app.example.org/talk"
        )

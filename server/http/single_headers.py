"""What a request may have only once: some headers, and its host.

If a header is sent twice, a proxy may read the last line and the relay the first. The proxy would then check another value than the
one that the relay uses.
"""

from __future__ import annotations

import re
from typing import Final

from ..problem import Problem

SINGLE: Final = frozenset(
    {
        # where it goes, who sends it, and from which page
        b"host",
        b"authorization",
        b"cookie",  # RFC 6265, 5.4
        b"origin",
        b"referer",
        b"sec-fetch-site",
        # its body; llhttp refuses a second Content-Length itself
        b"content-type",
        b"content-length",
        b"content-profile",
        # what is wanted
        b"accept-profile",
        b"last-event-id",
        b"range",
        b"if-range",
        b"roomtone-timing",
        # an upgrade
        b"upgrade",
        b"sec-websocket-key",
        b"sec-websocket-version",
    }
)
"""Names in lower case: all headers that the relay reads and that are no lists (RFC 9110, 5.3)."""

LISTS: Final = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"access-control-request-headers",
        b"content-encoding",
        b"if-match",
        b"if-none-match",
        b"prefer",
    }
)
"""Lists that the relay reads: several lines are one list."""


def once(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers, each list in one line; names are in lower case. Raises Problem 400 for a second line of what is single."""
    seen = [name for name, _ in headers if name in SINGLE or name in LISTS]
    if len(seen) == len(set(seen)):
        return headers
    found: dict[bytes, bytes] = {}
    others = []
    for name, value in headers:
        if name in SINGLE and name in found:
            raise sent_twice(name.decode("ascii"))
        if name in SINGLE or name in LISTS:
            found[name] = value if name not in found else found[name] + b", " + value
        else:
            others.append((name, value))
    return [*found.items(), *others]


def require_one_host(target: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    """Raises Problem 400 if an address with a host (RFC 9112, 3.2.2) names another than `Host` does."""
    scheme, _, rest = target.partition(b"://")
    host = re.split(rb"[/?#]", rest)[0].lower()
    if scheme.isalpha() and [host] != [value.lower() for name, value in headers if name == b"host"]:
        raise Problem(
            400,
            "08P01",
            "the address and the Host header name different hosts",
            hint="Send the path alone: GET /path HTTP/1.1.",
            rule="requests_headers_are_single",
        )


def sent_twice(name: str) -> Problem:
    return Problem(
        400,
        "08P01",
        f"the request has more than one {name} header",
        hint="Send it once. A proxy that adds the header has to replace the client's.",
        rule="requests_headers_are_single",
    )

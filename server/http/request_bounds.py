"""Bounds of one HTTP request and of one WebSocket connection, and the refusals beyond them.

`uvicorn_internals/` applies them: uvicorn's fast parser has no limit for the size of a request head or of trailers,
nor for the time in which they arrive.
"""

from __future__ import annotations

from typing import Final

from ..problem import Problem

LARGEST_HEAD: Final = 65536  # bytes: head, chunk sizes, chunk extensions and trailers
REQUEST_WITHIN_S: Final = 30.0
"""Seconds for head, body and trailers together; also for one WebSocket message."""

UNREAD_WITHIN_S: Final = 60.0
"""Seconds in which a client reads 64 kB of its answer; streams have the same bound (`transports/sse_response.py`), sockets a shorter one."""

MOST_PIPELINED: Final = 4  # requests that wait for the answer to a request before them

MOST_FRAGMENTS: Final = 1000  # of one WebSocket message; empty fragments have no bytes to count
MOST_WAITING: Final = 500  # WebSocket messages that are received and not handled yet


def raw_response(problem: Problem) -> bytes:
    """The problem as an HTTP/1.1 response that ends its connection, for requests that reach no application."""
    response = problem.response()
    headers: list[tuple[bytes, bytes]] = [*response.raw_headers, (b"connection", b"close")]
    status = f"HTTP/1.1 {problem.status} {problem.body()['title']}".encode("ascii")
    lines = [status, *(b"%s: %s" % header for header in headers), b"", bytes(response.body)]
    return b"\r\n".join(lines)


def not_http() -> Problem:
    return Problem(
        400,
        "08P01",
        "this is not a valid HTTP/1.1 request",
        hint="See RFC 9112 for the syntax of requests.",
        rule="requests_are_http",
    )


def another_http() -> Problem:
    return Problem(
        505,
        "08P01",
        "this relay speaks versions 1.0 and 1.1 of HTTP",
        hint="Write HTTP/1.1 at the end of the first line (RFC 9112, 3).",
        rule="requests_version_is_spoken",
    )


def head_too_large() -> Problem:
    return Problem(
        431,
        "54000",
        f"the request is larger than {LARGEST_HEAD} bytes without its body",
        hint="Send fewer or shorter headers, and a body in larger chunks.",
        rule="requests_head_is_small",
    )


def body_too_large() -> Problem:
    return Problem(413, "54000", "the body is too large", rule="requests_body_is_small")


def took_too_long() -> Problem:
    return Problem(
        408,
        "57014",
        f"the request did not arrive within {REQUEST_WITHIN_S:g} seconds",
        hint="Send it again, without pauses.",
        rule="requests_arrive_in_time",
    )


def not_a_handshake() -> Problem:
    return Problem(
        400,
        "08P01",
        "this is not a valid WebSocket handshake",
        hint="A handshake is a GET of HTTP/1.1 whose header lines have at most 8 kB (RFC 6455, 4.1).",
        rule="requests_handshake_is_valid",
    )


def another_websocket(version: str) -> Problem:
    return Problem(
        426,
        "08P01",
        f"this relay speaks version {version} of the WebSocket protocol",
        hint="See RFC 6455. Without WebSockets, follow the same log by GET.",
        rule="requests_websocket_is_current",
        headers={"Upgrade": "websocket", "Sec-WebSocket-Version": version},
    )

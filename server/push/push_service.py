"""Requests to push services. Their addresses come from browsers, so from anybody: only https, only to public addresses or networks that
the operator names, and with bounds for time and size.

The addresses of the host are looked up once, checked, and then connected to, one after the other until one answers. So no answer of a
name server, and no redirect, leads to another one: redirects are not followed.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from typing import Final
from urllib.parse import urlsplit

from ..formats.media_addresses import Reach

ANSWER_WITHIN_S: Final = 10.0
LARGEST_HEAD: Final = 16384  # bytes
MOST_ADDRESSES: Final = 4  # of a host that are tried

_THREADS: Final = ThreadPoolExecutor(32, "push service")
"""Threads of their own, so that slow name servers of push services delay nothing else that runs in threads."""
_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: |\r)")
_RETRY_AFTER: Final = re.compile(rb"\r\nretry-after:[ \t]*([0-9]{1,6})[ \t]*\r\n", re.I)


class NotAllowed(Exception):
    """A push service at an address to which the relay does not send. The text says why."""


class NotValid(NotAllowed):
    """A subscription to which nobody can ever send."""


@dataclass(frozen=True)
class Answer:
    """`retry_after`: seconds, if the push service says when to come again."""

    status: int
    retry_after: int | None = None


async def post(endpoint: str, body: bytes, headers: Mapping[str, str], reach: Reach) -> Answer:
    """POST this to a push service (RFC 8030, 5). Raises NotAllowed or NotValid, and OSError or ValueError when there is no answer."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return await _post(endpoint, body, headers, reach)
    except TimeoutError as error:
        raise OSError("no answer in time") from error
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise ValueError("no answer of HTTP") from error


async def _post(endpoint: str, body: bytes, headers: Mapping[str, str], reach: Reach) -> Answer:
    parts = urlsplit(endpoint)
    host, port = parts.hostname, parts.port or 443
    if parts.scheme != "https" or host is None:
        raise NotValid("a push service has an https address")
    addresses = await _allowed_addresses(host, port, reach)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = {
        "Host": parts.netloc, **headers, "Content-Length": str(len(body)), "Connection": "close",
    }  # fmt: skip
    head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in lines.items())
    reader, writer = await _connected(addresses, host, port)
    try:
        writer.write(head.encode("ascii") + b"\r\n" + body)
        await writer.drain()
        answer = await reader.readuntil(b"\r\n\r\n")
    finally:
        # What follows the head is not read, and nobody waits for a polite end.
        with suppress(OSError):
            writer.transport.abort()
    status = _STATUS.match(answer)
    if status is None:
        raise ValueError("no answer of HTTP")
    later = _RETRY_AFTER.search(answer)
    return Answer(int(status[1]), int(later[1]) if later else None)


async def _allowed_addresses(host: str, port: int, reach: Reach) -> list[str]:
    """The addresses of this host. Raises NotAllowed if any of them is not allowed: an honest push service has no such one."""
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_THREADS, look_up)
    addresses = [str(where[0]) for *_, where in found]
    for each in addresses:
        if (why := reach.refusal_of_address(each)) is not None:
            raise NotAllowed(f"its host has {why}")
    return addresses[:MOST_ADDRESSES]


async def _connected(
    addresses: list[str], host: str, port: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the first address that answers: a machine may have no way to those of IPv6. Each has a share of the time.

    Raises OSError of the last one, or at once if the system does not trust a server.
    """
    failed = OSError("the host has no address")
    for address in addresses:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S / (len(addresses) + 1)):
                return await asyncio.open_connection(
                    address, port, ssl=trusted(), server_hostname=host, limit=LARGEST_HEAD
                )
        except ssl.SSLError:
            raise
        except OSError as error:
            failed = error
    raise failed


@cache
def trusted() -> ssl.SSLContext:
    """The certificates of the system, or of SSL_CERT_FILE; loaded once, because that takes 20 ms."""
    return ssl.create_default_context()

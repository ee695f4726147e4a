"""Probes STUN and TURN servers in the background: one that does not answer would cost five seconds in each description."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final

from ...supervision import Supervisor
from .client import Ice

PROBED_WITHIN: Final = 1.5  # seconds for an answer
FIRST_WITHIN: Final = 0.7  # seconds that a connection waits for the first answers of new servers
PROBED_AGAIN_AFTER: Final = {True: 30.0, False: 5.0}  # seconds, by whether it answered
SERVERS_LIMIT: Final = 8  # servers; a connection uses the first of each kind

SENT_AT: Final = (0.0, 0.2, 0.4, 0.4)  # seconds between requests, for UDP loses some
MAGIC: Final = b"\x21\x12\xa4\x42"  # RFC 8489, 5

URI: Final = re.compile(
    r"(?P<scheme>stuns?|turns?):(?P<host>\[[0-9A-Fa-f:.]+\]|[^:?\[\]]+)(:(?P<port>\d+))?(\?transport=(?P<transport>udp|tcp))?"
)
"""RFC 7064 and 7065."""

log = logging.getLogger(__name__)


class IceServers:
    """The servers of one process. Each is probed again and again until `close`."""

    def __init__(self) -> None:
        self._tasks = Supervisor()
        self._answers: dict[str, bool] = {}
        self._first: dict[str, asyncio.Event] = {}

    async def answering(self, ice: Ice) -> Ice:
        """The same with only the servers that answered the last probe. Waits for the first probe of a server, but not for long."""
        self.watch(ice)
        new = [first.wait() for url in _urls(ice) if not (first := self._first[url]).is_set()]
        if new:
            # Where only TURN may be used, there is no connection without an answer.
            within = PROBED_WITHIN if ice.relay_only else FIRST_WITHIN
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await asyncio.gather(*new)
        servers = tuple(
            {**server, "urls": urls}
            for server in ice.servers
            if (urls := [url for url in _urls_of(server) if self._answers.get(url)])
        )
        return replace(ice, servers=servers)

    def watch(self, ice: Ice) -> None:
        """Start to probe these servers, if that has not been started."""
        for url in _urls(ice):
            if url not in self._first:
                self._first[url] = asyncio.Event()
                self._tasks.keep(partial(self._probe_repeatedly, url), f"probe of {url}")

    async def close(self) -> None:
        await self._tasks.close()

    async def _probe_repeatedly(self, url: str) -> None:
        while True:
            answers = await probe(url)
            if answers != self._answers.get(url, True):
                log.warning(
                    "%s %s", url, "answers" if answers else "does not answer, and is left out"
                )
            self._answers[url] = answers
            self._first[url].set()
            await asyncio.sleep(PROBED_AGAIN_AFTER[answers])


async def probe(url: str) -> bool:
    """Whether something at this URI speaks STUN (over UDP), or takes connections (over TCP and TLS)."""
    found = URI.fullmatch(url)
    if found is None:
        return False
    secure = found["scheme"] in ("stuns", "turns")
    port = int(found["port"] or (5349 if secure else 3478))
    host = found["host"].strip("[]")
    try:
        async with asyncio.timeout(PROBED_WITHIN):
            if secure or found["transport"] == "tcp":
                _, writer = await asyncio.open_connection(
                    host, port, ssl=ssl.create_default_context() if secure else None
                )
                writer.close()
                return True
            return await _answers_binding_request(host, port)
    except (OSError, OverflowError, UnicodeError, ValueError):  # TimeoutError is an OSError
        return False


class _Reply(asyncio.DatagramProtocol):
    def __init__(self, transaction: bytes) -> None:
        self._transaction = transaction
        self.came = asyncio.Event()

    def datagram_received(self, data: bytes, addr: object) -> None:
        if data[4:8] == MAGIC and data[8:20] == self._transaction:
            self.came.set()


async def _answers_binding_request(host: str, port: int) -> bool:
    """A Binding transaction (RFC 8489, 3). Any response shows that it is a STUN server."""
    loop = asyncio.get_running_loop()
    # Peer connections use IPv4 alone for this, too.
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    address = next((each for each in found if each[0] == socket.AF_INET), found[0])
    transaction = os.urandom(12)
    transport, reply = await loop.create_datagram_endpoint(
        lambda: _Reply(transaction), remote_addr=(str(address[4][0]), port)
    )
    try:
        for pause in SENT_AT:
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await reply.came.wait()
            if reply.came.is_set():
                return True
            transport.sendto(b"\x00\x01\x00\x00" + MAGIC + transaction)
        await reply.came.wait()
        return True
    finally:
        transport.close()


def _urls(ice: Ice) -> list[str]:
    return list(dict.fromkeys(url for server in ice.servers for url in _urls_of(server)))[
        :SERVERS_LIMIT
    ]


def _urls_of(server: Mapping[str, Any]) -> Sequence[str]:
    urls: str | Iterable[str] = server.get("urls", ())
    return [urls] if isinstance(urls, str) else list(urls)

"""An issuer's published signing keys (RFC 7517), read in the background so that no request waits for them.

The issuer's server may be slow, may send without end, or may send no key set. So time and size are bounded, a failure is
logged and tried again, and the known keys stay in use.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
import time
import urllib.request
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, ProxyHandler, Request

import jwt

from ..backoff import backoff
from ..settings import is_loopback

logger = logging.getLogger("roomtone.jwks")

STALE_AFTER_S: Final = 300.0
AGAIN_AFTER_S: Final = 10.0  # so that tokens with invented key ids cause few requests to the issuer
SILENT_FOR_S: Final = 5.0  # longest time without a byte of the answer
FETCH_WITHIN_S: Final = 10.0
LARGEST_SET: Final = 256 * 1024  # bytes


class UnknownKey(Exception):
    """No key has this id. `being_fetched`: the set is being read, so the key may be known soon."""

    def __init__(self, *, being_fetched: bool) -> None:
        super().__init__("no such key")
        self.being_fetched = being_fetched


class Jwks:
    """The key set at `url`, kept up to date while `run` runs. `find` never waits: it uses the known keys."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: dict[str | None, Any] = {}
        self._asked_at = float("-inf")
        self._wanted = asyncio.Event()
        self._fetching = False
        self.answered = asyncio.Event()

    @property
    def known(self) -> bool:
        """Whether the set was read at least once."""
        return self.answered.is_set()

    def find(self, kid: str | None) -> Any:
        """The key with this id. Raises UnknownKey."""
        if kid in self._keys:
            return self._keys[kid]
        if time.monotonic() - self._asked_at > AGAIN_AFTER_S:
            self._wanted.set()
        fetching = self._fetching or self._wanted.is_set()
        raise UnknownKey(being_fetched=fetching or not self.known)

    async def run(self) -> None:
        """Read the set now, when it is old, and when a token names an unknown key, until cancelled."""
        failures = 0
        while True:
            failures = 0 if await self.fetch() else failures + 1
            # After failures 1 2 4 8 16 32 60 60 … seconds, each times 0.5 to 1
            again = backoff(failures - 1, base=1.0, most=60.0) if failures else STALE_AFTER_S
            with suppress(TimeoutError):
                async with asyncio.timeout(again):
                    await self._wanted.wait()

    async def fetch(self) -> bool:
        """Read the set now. False if that failed; then the known keys stay."""
        self._asked_at = time.monotonic()
        self._fetching = True
        self._wanted.clear()
        connections = _Connections()
        deadline = asyncio.get_running_loop().call_later(FETCH_WITHIN_S, connections.close_all)
        try:
            self._keys = await asyncio.to_thread(_keys_at, self._url, connections)
        except Exception as error:  # noqa: BLE001 - the library may raise anything for an invalid document
            logger.warning("the signing keys at %s could not be read: %.200s", self._url, error)
            return False
        finally:
            self._fetching = False
            deadline.cancel()
            connections.close_all()
        self.answered.set()
        return True


class _Connections(HTTPHandler, HTTPSHandler):
    """The connections that urllib opens. Another thread can close them: urllib's own timeout starts again with each byte."""

    def __init__(self) -> None:
        super().__init__()
        self._connections: list[HTTPConnection] = []
        self.is_over = False

    def close_all(self) -> None:
        self.is_over = True
        for connection in self._connections:
            if (opened := connection.sock) is not None:
                with suppress(OSError):
                    socket.socket.shutdown(opened, socket.SHUT_RDWR)

    def http_open(self, request: Request) -> HTTPResponse:
        return self.do_open(self._http, request)

    def https_open(self, request: Request) -> HTTPResponse:
        return self.do_open(self._https, request)

    def _http(self, host: str, /, **options: Any) -> HTTPConnection:
        return self._opened(HTTPConnection(host, **options))

    def _https(self, host: str, /, **options: Any) -> HTTPConnection:
        secure = ssl.create_default_context()
        return self._opened(HTTPSConnection(host, context=secure, **options))

    def _opened(self, connection: HTTPConnection) -> HTTPConnection:
        if self.is_over:
            raise TimeoutError("it took too long")
        self._connections.append(connection)
        return connection


def _keys_at(url: str, connections: _Connections) -> dict[str | None, Any]:
    """The keys by id. Raises any error of the connection or the document."""
    document = bytearray()
    accepts = Request(url, headers={"Accept": "application/json"})
    # Without a proxy for an issuer on this machine, even if the environment names one.
    direct = [ProxyHandler({})] if is_loopback(urlsplit(url).hostname or "") else []
    with urllib.request.build_opener(connections, *direct).open(
        accepts, timeout=SILENT_FOR_S
    ) as answer:
        while chunk := answer.read1(65536):
            document += chunk
            if len(document) > LARGEST_SET:
                raise ValueError(f"the set is larger than {LARGEST_SET} bytes")
            if connections.is_over:
                raise TimeoutError("it took too long")
    return {key.key_id: key for key in jwt.PyJWKSet.from_dict(json.loads(document)).keys}

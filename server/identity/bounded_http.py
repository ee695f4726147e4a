"""Requests to an issuer's server, which may be slow, may send without end, or may send no JSON: time and size are bounded."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request

from ..formats.loopback import is_loopback

SILENT_FOR_S: Final = 5.0  # longest time without a byte of the answer
ANSWER_WITHIN_S: Final = 10.0
LARGEST_ANSWER: Final = 256 * 1024  # bytes


@dataclass(frozen=True)
class Answer:
    """`content` is the JSON value of the body."""

    status: int
    content: Any


async def ask(
    url: str, *, form: str | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """GET this, or POST a form that is encoded already. Raises any error of the connection or the document.

    Only a GET without headers of its own follows redirects: nothing secret goes where it was not meant to.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("not a web address")
    connections = _Connections()
    deadline = asyncio.get_running_loop().call_later(ANSWER_WITHIN_S, connections.close_all)
    request = Request(
        url,
        data=None if form is None else form.encode(),
        headers={"Accept": "application/json", **(headers or {})},
    )
    others: list[Any] = [] if form is None and not headers else [_NoRedirects()]
    # Without a proxy for an issuer on this machine, even if the environment names one.
    others += [ProxyHandler({})] if is_loopback(urlsplit(url).hostname or "") else []
    try:
        return await asyncio.to_thread(_answer, request, connections, others)
    finally:
        deadline.cancel()
        connections.close_all()


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


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None  # then urllib raises HTTPError


def _answer(request: Request, connections: _Connections, others: list[Any]) -> Answer:
    opener = urllib.request.build_opener(connections, *others)
    document = bytearray()
    try:
        answer = opener.open(request, timeout=SILENT_FOR_S)
    except HTTPError as refused:
        answer = refused  # it can be read like any other answer
    with answer:
        while chunk := answer.read1(65536):
            document += chunk
            if len(document) > LARGEST_ANSWER:
                raise ValueError(f"the answer is larger than {LARGEST_ANSWER} bytes")
            if connections.is_over:
                raise TimeoutError("it took too long")
        return Answer(answer.status, json.loads(document))

"""Requests to an issuer's server, which may be slow, may send without end, or may send no JSON: time and size are bounded."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request

from ..formats.loopback import is_loopback, is_protected, protected
from ..formats.openid_issuers import MOST_ISSUERS

SILENT_FOR_S: Final = 5.0  # longest time without a byte of the answer
ANSWER_WITHIN_S: Final = 10.0
LARGEST_ANSWER: Final = 256 * 1024  # bytes
REQUESTS_AT_ONCE: Final = 4  # to the endpoints of one issuer, besides its metadata and keys

_THREADS: Final = ThreadPoolExecutor(MOST_ISSUERS * (REQUESTS_AT_ONCE + 2) + 1, "issuer")
"""Threads of their own, so that slow issuers delay nothing else that runs in threads. One more is for `--jwt-jwks-url`."""


@dataclass(frozen=True)
class Answer:
    """`content` is the JSON value of the body."""

    status: int
    content: Any


async def ask(
    url: str, *, form: str | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """GET this, or POST a form that is encoded already. Raises any error of the connection or the document.

    Only a GET without headers of its own follows redirects, and none from https to http: nothing secret goes where it was not
    meant to, and nobody on the way can change the answer.
    """
    protected(url)
    connections = _Connections()
    deadline = asyncio.get_running_loop().call_later(ANSWER_WITHIN_S, connections.close_all)
    request = Request(
        url,
        data=None if form is None else form.encode(),
        headers={"Accept": "application/json", **(headers or {})},
    )
    others: list[Any] = [_Redirects(follow=form is None and not headers)]
    # Without a proxy for an issuer on this machine, even if the environment names one.
    others += [ProxyHandler({})] if is_loopback(urlsplit(url).hostname or "") else []
    try:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_THREADS, _answer, request, connections, others)
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


def may_lead_to(url: str, other: object) -> bool:
    """Whether an address from `url` may be asked, too: never http after https, or on another machine."""
    if not isinstance(other, str) or not is_protected(other):
        return False
    return urlsplit(url).scheme == "http" or urlsplit(other).scheme == "https"


class _Redirects(HTTPRedirectHandler):
    def __init__(self, *, follow: bool) -> None:
        self._follow = follow

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        if self._follow and may_lead_to(req.full_url, newurl):
            return super().redirect_request(req, fp, code, msg, headers, newurl)
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

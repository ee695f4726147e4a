"""The HTTP client of drills, labs and benchmarks: httpcore on connections that are counted (`network.py`)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

import httpcore

from .network import Network, Place, Tally

ANSWERS_WITHIN: Final = 60.0  # seconds
NO_HEADERS: Final[Mapping[str, str]] = {}

UNREACHABLE = (OSError, EOFError, httpcore.ProtocolError)
"""The errors of a request that got no answer or only a part of it; OSError includes TimeoutError."""


class Refused(Exception):
    """The relay refused a request that it should have accepted."""


@dataclass(frozen=True)
class Answer:
    """A whole response, and when its last byte arrived (Unix time)."""

    status: int
    content: bytes
    at: float

    @property
    def body(self) -> Any:
        """The parsed JSON, or None."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None

    @property
    def rule(self) -> str | None:
        """The name of the rule that refused the request, or None."""
        body = self.body
        return body.get("rule") if isinstance(body, dict) else None

    def accepted(self) -> Any:
        """The body. Raises Refused if the status is that of an error."""
        if self.status >= 400:
            raise Refused(f"{self.status} {self.content[:300].decode(errors='replace')}")
        return self.body


class Client:
    """One user's requests to one relay, one after the other on a connection that is kept open, as in browsers.

    `tally` counts them; `small` as in `open_socket`. Not httpcore's pool, which takes three times the processor time.
    """

    def __init__(
        self,
        place: Place,
        token: str | None = None,
        *,
        tally: Tally | None = None,
        small: bool = False,
    ) -> None:
        self.place = place
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._tally = Tally() if tally is None else tally
        self._network = Network(self._tally, small=small)
        self._connection: httpcore.AsyncHTTPConnection | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.aclose()

    def reset(self) -> None:
        """Reset the connection instead of closing it, as when a process is killed."""
        self._network.reset()

    async def ask(
        self,
        method: str,
        path: str,
        value: object = None,
        *,
        within: float = ANSWERS_WITHIN,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Answer:
        """A request with a JSON body, and its whole answer. Raises one of `UNREACHABLE`."""
        sent = {"Accept": "application/json", **headers}
        async with asyncio.timeout(within):
            connection = await self._connected()
            async with connection.stream(**self._request(method, path, value, sent)) as response:
                content = await response.aread()
                return Answer(response.status, content, arrived_at(response))

    @asynccontextmanager
    async def follow(
        self, path: str, headers: Mapping[str, str] = NO_HEADERS
    ) -> AsyncIterator[httpcore.Response]:
        """An event stream, read by `aiter_stream()`. Raises one of `UNREACHABLE`."""
        sent = {"Accept": "text/event-stream", **headers}
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(ANSWERS_WITHIN):
                connection = await self._connected()
                response = await stack.enter_async_context(
                    connection.stream(**self._request("GET", path, None, sent))
                )
            yield response

    def _request(
        self, method: str, path: str, value: object, headers: dict[str, str]
    ) -> dict[str, Any]:
        self._tally.requests += 1
        host, port = self.place.host, self.place.port
        url = httpcore.URL(scheme="http", host=host, port=port, target=path)
        content = None
        if value is not None:
            content = json.dumps(value).encode()
            headers["Content-Type"] = "application/json"
        return {
            "method": method,
            "url": url,
            "headers": self._headers | headers,
            "content": content,
        }

    async def _connected(self) -> httpcore.AsyncHTTPConnection:
        """The connection of the request before, or another one if that was closed meanwhile."""
        before = self._connection
        if before is not None and before.is_available() and not before.has_expired():
            return before
        await self.close()
        origin = httpcore.Origin(b"http", self.place.host.encode(), self.place.port)
        self._connection = httpcore.AsyncHTTPConnection(origin, network_backend=self._network)
        return self._connection


def arrived_at(response: httpcore.Response) -> float:
    """When the part of the response that was read last arrived (Unix time)."""
    at: float = response.extensions["network_stream"].arrived_at
    return at


async def ask(
    place: Place,
    method: str,
    path: str,
    value: object = None,
    *,
    token: str | None = None,
    headers: Mapping[str, str] = NO_HEADERS,
) -> Answer:
    """A request on a connection of its own. Raises one of `UNREACHABLE`."""
    async with Client(place, token) as client:
        return await client.ask(method, path, value, headers=headers)

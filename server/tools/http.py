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

    `tally` counts them; `small` as in `Network`.
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
        self._pool = httpcore.AsyncConnectionPool(max_connections=1, network_backend=self._network)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._pool.aclose()

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
        async with (
            asyncio.timeout(within),
            self.begin(method, path, value, within=within, headers=sent) as response,
        ):
            content = await response.aread()
            return Answer(response.status, content, arrived_at(response))

    @asynccontextmanager
    async def follow(
        self, path: str, headers: Mapping[str, str] = NO_HEADERS
    ) -> AsyncIterator[httpcore.Response]:
        """An event stream, read by `aiter_stream()`. Raises one of `UNREACHABLE`."""
        sent = {"Accept": "text/event-stream", **headers}
        async with self.begin("GET", path, headers=sent) as response:
            yield response

    @asynccontextmanager
    async def begin(
        self,
        method: str,
        path: str,
        value: object = None,
        *,
        headers: Mapping[str, str],
        within: float = ANSWERS_WITHIN,
    ) -> AsyncIterator[httpcore.Response]:
        """A request, and its answer when the head has arrived. Raises one of `UNREACHABLE`."""
        self._tally.requests += 1
        url = httpcore.URL(scheme="http", host=self.place.host, port=self.place.port, target=path)
        content, sent = None, {**self._headers, **headers}
        if value is not None:
            content = json.dumps(value).encode()
            sent["Content-Type"] = "application/json"
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(within):
                response = await stack.enter_async_context(
                    self._pool.stream(method, url, headers=list(sent.items()), content=content)
                )
            yield response


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

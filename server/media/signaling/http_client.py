"""A signaling client that uses the relay's HTTP interface, as a browser does.

Rows are sent to `/rows`, the log comes as an event stream. It needs no database and no file of this machine, only an address
and a name or a token.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from ...formats.loopback import is_loopback
from ...formats.media_addresses import OWN, Reach
from ...log.sse_parser import LineTooLong, SseEvent, SseParser
from ...types import NOT_READ_YET, Cursor, PeerId, RoomId, UserId
from .client import ConnectionLost, Frame, Ice, Refused, Row, SignalingClient, User
from .ice_servers import IceServers

ANSWERS_WITHIN: Final = 10.0  # seconds
SILENT_AFTER: Final = 40.0  # seconds; the relay says at least every 15 that it is there
PASSING: Final = frozenset({408, 425, 429})
AS_STORED: Final = "return=representation"
NO_TLS: Final = SSLContext(PROTOCOL_TLS_CLIENT)
"""Knows no root certificates: to read them takes a tenth of a second, and a relay without TLS needs none."""

log = logging.getLogger(__name__)


class HttpSignalingClient:
    """The signaling client of one user. Made by `http_signaling_client`."""

    def __init__(
        self, client: httpx.AsyncClient, user: User, servers: IceServers, reach: Reach
    ) -> None:
        self._client = client
        self._user = user
        self._servers = servers
        self._reach = reach
        self._ice = Ice(relay_only=True)  # until `ask_for_ice`: no connection by any other way
        self._ice_until = 0.0

    @property
    def user(self) -> User:
        return self._user

    async def call(self, function: str, **arguments: Any) -> Any:
        return await _ask(self._client, "POST", f"/rows/rpc/{function}", json=arguments)

    async def insert(self, table: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = await _ask(
            self._client,
            "POST",
            f"/rows/{table}",
            json=list(rows),
            headers={"Prefer": AS_STORED},
        )
        return answer

    async def select(self, relation: str, *columns: str, **equals: Any) -> list[dict[str, Any]]:
        filters = {"select": ",".join(columns)} | {
            name: f"eq.{value}" for name, value in equals.items()
        }
        answer: list[dict[str, Any]] = await _ask(
            self._client, "GET", f"/rows/{relation}", params=filters
        )
        return answer

    async def follow(
        self, room: RoomId, peer: PeerId, after: Cursor | None
    ) -> AsyncGenerator[Frame, None]:
        headers = {"Accept": "text/event-stream"}
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        try:
            async with self._client.stream(
                "GET",
                f"/rooms/{room}/events",
                params={"peer_id": peer},
                headers=headers,
                timeout=httpx.Timeout(ANSWERS_WITHIN, read=SILENT_AFTER),
            ) as response:
                if response.status_code != 200:
                    await response.aread()
                    raise refusal(response)
                parser = SseParser()
                async for chunk in response.aiter_bytes():
                    for event in parser.feed(chunk):
                        yield _frame(event)
        except httpx.TransportError as error:
            raise ConnectionLost(_words(error)) from error
        except LineTooLong as error:
            raise ConnectionLost(str(error)) from error

    async def why_gone(self, room: RoomId, peer: PeerId) -> str | None:
        try:
            answer = await _ask(
                self._client,
                "GET",
                f"/rooms/{room}/events",
                params={"peer_id": peer, "after": str(NOT_READ_YET)},
            )
        except Refused:
            return None
        reason: str | None = (answer.get("bye") or {}).get("reason")
        return reason

    async def ice(self) -> Ice:
        # TURN credentials expire, so new ones are requested after half of that time. By wall-clock time, which also counts while
        # the machine is suspended.
        if time.time() > self._ice_until:
            try:
                await self.ask_for_ice()
            except (ConnectionLost, Refused) as error:
                log.warning("the ICE servers known before stay in use: %s", error)
        return await self._servers.answering(self._ice)

    async def ask_for_ice(self) -> None:
        """Ask the relay for the ICE servers. Raises ConnectionLost, Refused."""
        answer = await _ask(self._client, "GET", "/ice")
        relay_only = answer["iceTransportPolicy"] == "relay"
        self._ice = Ice(tuple(answer["iceServers"]), relay_only, self._reach)
        self._ice_until = time.time() + answer["ttl"] / 2


@asynccontextmanager
async def http_signaling_client(
    url: str,
    username: str | None = None,
    *,
    kind: str = "bot",
    token: str | None = None,
    networks: Iterable[str] = (OWN,),
) -> AsyncIterator[SignalingClient]:
    """A client of the relay at `url`, for the token's user or by a demo name; closed at the end of the block.

    `networks` is the setting `media_networks`. Media is sent to loopback only if the relay is there, too.
    Raises `Refused` when the name or token is refused, `ConnectionLost` when nothing answers.
    """
    servers = IceServers()
    async with http_client(
        url,
        timeout=ANSWERS_WITHIN,
        headers={"Accept": "application/json"},
        limits=httpx.Limits(max_connections=None),
    ) as client:
        if token is None:
            answer = await _ask(
                client, "POST", "/session", json={"username": username, "kind": kind}
            )
            token, account = answer["token"], answer["user"]
            client.cookies.clear()
            client.headers["Authorization"] = f"Bearer {token}"
        else:
            client.headers["Authorization"] = f"Bearer {token}"
            account = (await _ask(client, "GET", "/session"))["user"]
            if account is None:
                raise Refused("this token has no user")
        reach = Reach.of(networks, loopback=is_loopback(client.base_url.host))
        try:
            user = User(UserId(account["id"]), account["username"])
            signaling = HttpSignalingClient(client, user, servers, reach)
            await signaling.ask_for_ice()
            yield signaling
        finally:
            await servers.close()


def http_client(url: str, **options: Any) -> httpx.AsyncClient:
    """A client of the server at `url`. Requests to this machine never use the proxy that the environment names."""
    try:
        address = urlsplit(url)
        scheme, host = address.scheme, address.hostname or ""
    except ValueError:
        scheme = host = ""  # not a URL: the first request raises the error
    if scheme == "http":
        options |= {"verify": NO_TLS}
    return httpx.AsyncClient(base_url=url.rstrip("/"), trust_env=not is_loopback(host), **options)


def _frame(event: SseEvent) -> Frame:
    return Frame(
        event.type, json.loads(event.data), None if event.id is None else Cursor.parse(event.id)
    )


async def _ask(client: httpx.AsyncClient, method: str, path: str, **request: Any) -> Any:
    try:
        response = await client.request(method, path, **request)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise Refused(f"{client.base_url} is no address") from None
    except httpx.TransportError as error:
        raise ConnectionLost(_words(error)) from error
    if not response.is_success:
        raise refusal(response)
    try:
        return json.loads(response.content) if response.content else None
    except ValueError:
        raise Refused(f"{client.base_url} does not answer like Roomtone") from None


def refusal(response: httpx.Response) -> ConnectionLost | Refused:
    """What an answer that is no success means: another try may do (as in the browser's `problem.js`), or it was refused."""
    try:
        problem = response.json()
        words = str(problem["message"])
    except (ValueError, KeyError, TypeError):
        problem, words = {}, f"the answer was {response.status_code}"
    code = str(problem.get("code") or "")
    if response.status_code in PASSING or response.status_code >= 500 or code.startswith("40"):
        return ConnectionLost(words)
    return Refused(words, code, problem.get("rule"), problem.get("hint"))


def _words(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__

"""A client of Janus's API over WebSocket (https://janus.conf.meetecho.com/docs/rest.html, "WebSockets interface").

A request has a transaction, which its answer repeats. A plugin's request is answered twice: `ack` at once, and an event later; to keep-alives and
candidates the `ack` is the answer. What Janus reports by itself (a viewer's connection is up, or gone) is an event of a handle.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.typing import Subprotocol

from ...supervision import Supervisor, begin, finished
from ..node.viewers import ViewerRefused, ViewersLost

ANSWERS_WITHIN: Final = 3.0  # seconds
CLOSES_WITHIN: Final = 0.5  # seconds
KEEPS_ALIVE_EVERY: Final = 0.5  # seconds
KEPT_ALIVE_WITHIN: Final = 0.75
"""Seconds for the answer to a keep-alive. A Janus that stands still answers nothing, and its listeners must be elsewhere within five seconds."""

MISSED: Final = 2
"""Keep-alives in a row without an answer until Janus counts as lost. Not one: this process may have stood still itself."""

WRONG_SECRET: Final = 403
OLDEST: Final = 1000
"""The first version whose mountpoints have a list of media (Janus 1.0)."""

LARGEST_ANSWER: Final = 256 * 1024  # bytes

OnEvent = Callable[[dict[str, Any]], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for an answer, between two keep-alives, and for the answer to one."""

    answer: float
    keep_alive_every: float
    kept_alive: float


def of_an_edge() -> Patience:
    """The patience of an edge, whose listeners wait."""
    return Patience(ANSWERS_WITHIN, KEEPS_ALIVE_EVERY, KEPT_ALIVE_WITHIN)


class JanusLost(ViewersLost):
    """Janus cannot be reached, does not answer, or ended the session."""


class JanusRefused(ViewerRefused):
    """Janus or its plugin refused a request. `code` is Janus's own."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Request:
    """One that waits for its answer. `handle` is 0 for those that concern none."""

    kind: str
    handle: int
    answer: asyncio.Future[dict[str, Any]]

    def ends(self, message: dict[str, Any]) -> bool:
        """Whether this is its answer, not only the word that it arrived."""
        return message["janus"] != "ack" or self.kind != "message"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a plugin answered, and its session description if there is one."""

    data: dict[str, Any]
    sdp: str | None


class Janus:
    """One session. `lost` is set when it is over; every request raises JanusLost from then on."""

    def __init__(self, url: str, socket: ClientConnection, secret: str, patience: Patience) -> None:
        self.url = url
        self.lost = asyncio.Event()
        self._socket = socket
        self._secret = secret
        self._patience = patience
        self.heartbeat: dict[str, Any] = {"kind": "keepalive"}
        """The request that Janus has to answer again and again. Any request keeps the session alive."""
        self._session: int | None = None
        self._asked: dict[str, _Request] = {}
        self._handles: dict[int, OnEvent] = {}

    async def begin(self) -> None:
        """Begin the session. Raises JanusRefused when the secret is wrong, or this Janus is too old."""
        info = await self.ask("info")
        if int(info["version"]) < OLDEST:
            raise JanusRefused(
                0,
                f"Janus at {self.url} is {info['version_string']}, and an edge needs 1.0 or newer",
            )
        try:
            self._session = (await self.ask("create"))["data"]["id"]
        except JanusRefused as refused:
            if refused.code == WRONG_SECRET:
                raise JanusRefused(
                    WRONG_SECRET, f"Janus at {self.url} has another api_secret than --janus-secret"
                ) from None
            raise

    async def attach(self, plugin: str, on_event: OnEvent) -> Handle:
        """A handle of this plugin. `on_event` gets what Janus says of it by itself."""

        async def attached() -> Handle:
            number = int((await self.ask("attach", plugin=plugin))["data"]["id"])
            self._handles[number] = on_event
            return Handle(self, number)

        attaching = begin(attached(), "attach to Janus")
        try:
            return await asyncio.shield(attaching)
        except asyncio.CancelledError:
            with suppress(JanusLost, JanusRefused):  # Janus makes the handle all the same
                await (await attaching).detach()
            raise

    async def ask(self, kind: str, *, within: float | None = None, **more: Any) -> dict[str, Any]:
        """Send a request and wait for its answer. Raises JanusLost and JanusRefused."""
        if self.lost.is_set():
            raise JanusLost("the session with Janus is over")
        transaction = secrets.token_hex(8)
        message = {"janus": kind, "transaction": transaction, "apisecret": self._secret} | more
        if self._session is not None:
            message["session_id"] = self._session
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked[transaction] = _Request(kind, more.get("handle_id", 0), answer)
        try:
            async with asyncio.timeout(self._patience.answer if within is None else within):
                await self._socket.send(json.dumps(message))
                found = await answer
        except TimeoutError:
            raise JanusLost("Janus does not answer") from None
        except WebSocketException as error:
            raise JanusLost(f"the connection to Janus ended: {error}") from None
        finally:
            self._asked.pop(transaction, None)
        if found["janus"] == "error":
            raise JanusRefused(found["error"]["code"], found["error"]["reason"])
        return found

    def forget(self, handle: int) -> None:
        """This handle is gone."""
        self._handles.pop(handle, None)

    async def read(self) -> None:
        """Read what Janus sends, until the connection ends."""
        try:
            async for text in self._socket:
                message = json.loads(text)
                if message["janus"] == "timeout":
                    break
                self._receive(message)
        except (WebSocketException, ValueError, KeyError) as error:
            log.warning("the connection to Janus ended: %r", error)
        finally:
            self.end()

    def _receive(self, message: dict[str, Any]) -> None:
        request = self._asked.get(message.get("transaction", ""))
        if request is not None:
            if request.ends(message) and not request.answer.done():
                request.answer.set_result(message)
            return
        handle = message.get("sender", 0)
        if message["janus"] == "hangup":
            # What was asked of this connection meanwhile is not answered any more; an offer, for example, if there is no free port.
            for each in self._asked.values():
                if handle and each.handle == handle and not each.answer.done():
                    each.answer.set_exception(JanusRefused(0, str(message.get("reason", ""))))
        if (on_event := self._handles.get(handle)) is not None:
            on_event(message)

    async def keep_alive(self) -> None:
        """Ask again and again whether Janus is there. Returns when it is not."""
        missed = 0
        with suppress(JanusRefused):
            while missed < MISSED and not self.lost.is_set():
                if missed == 0:
                    await asyncio.sleep(self._patience.keep_alive_every)
                try:
                    await self.ask(within=self._patience.kept_alive, **self.heartbeat)
                    missed = 0
                except JanusLost:
                    missed += 1
        if not self.lost.is_set():
            log.warning("Janus does not answer")
        self.end()

    def end(self) -> None:
        """The session is over."""
        self.lost.set()
        for each in self._asked.values():
            if not each.answer.done():
                each.answer.set_exception(JanusLost("the session with Janus is over"))


@dataclass(frozen=True, slots=True)
class Handle:
    """One use of a plugin: a viewer's connection, or the creation of mountpoints."""

    janus: Janus
    number: int

    async def say(
        self, body: dict[str, Any], *, answer: str | None = None, offer: str | None = None
    ) -> Reply:
        """Send this request to the plugin, with an SDP answer if Janus offered, or an offer. Raises JanusLost and JanusRefused.

        Who is cancelled waits for the answer all the same, as long as Janus has for one: what comes next, such as the end of a handle that is
        being switched to another mountpoint, makes threads of Janus wait for each other for ever if it comes before that.
        """
        more: dict[str, Any] = {"handle_id": self.number, "body": body}
        if answer is not None:
            more["jsep"] = {"type": "answer", "sdp": answer}
        if offer is not None:
            more["jsep"] = {"type": "offer", "sdp": offer}
        said = await finished(self.janus.ask("message", **more), "answer of a plugin")
        data = said["plugindata"]["data"]
        if "error_code" in data:
            raise JanusRefused(data["error_code"], data["error"])
        return Reply(data, said.get("jsep", {}).get("sdp"))

    async def candidate(self, candidate: dict[str, Any] | None) -> None:
        """Tell Janus a candidate of the viewer; None after the last one."""
        body = {"completed": True} if candidate is None else candidate
        await self.janus.ask("trickle", handle_id=self.number, candidate=body)

    async def detach(self) -> None:
        """End this use. The viewer's connection is closed."""
        self.janus.forget(self.number)
        with suppress(JanusLost, JanusRefused):
            await self.janus.ask("detach", handle_id=self.number)


@asynccontextmanager
async def janus_session(
    url: str, secret: str, patience: Patience | None = None
) -> AsyncIterator[Janus]:
    """A session with the Janus at this address (ws: or wss:). Raises JanusLost and JanusRefused."""
    patience = patience or of_an_edge()
    try:
        socket = await connect(
            url,
            subprotocols=[Subprotocol("janus-protocol")],
            open_timeout=patience.answer,
            close_timeout=CLOSES_WITHIN,
            max_size=LARGEST_ANSWER,
        )
    except (OSError, TimeoutError, InvalidHandshake) as error:
        raise JanusLost(f"Janus cannot be reached at {url}: {error}") from error
    tasks = Supervisor()
    janus = Janus(url, socket, secret, patience)
    try:
        tasks.once(janus.read(), "answers of Janus")
        await janus.begin()
        tasks.once(janus.keep_alive(), "keep-alive of Janus")
        yield janus
    finally:
        await tasks.close()
        await socket.close()

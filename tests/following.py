"""A subscriber of an event stream: it reads frames, and waits for the frames a test expects."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from roomtone.log.sse_parser import SseParser

from .patience import PATIENCE
from .running import NO_TLS


@dataclass(frozen=True)
class Frame:
    """One event of a stream or a socket."""

    event: str
    id: str | None
    data: Any


@dataclass
class Subscriber:
    """`frames` holds all frames received; `status` and `headers` are the response's."""

    status: int
    headers: httpx.Headers
    problem: dict[str, Any] | None
    frames: list[Frame] = field(default_factory=list)
    ended: bool = False
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, wanted: Callable[[Frame], Any], within: float = PATIENCE) -> Frame:
        """The first wanted frame, received already or within this number of seconds."""

        searched = 0

        def found() -> Frame | None:
            nonlocal searched
            while searched < len(self.frames):
                if wanted(self.frames[searched]):
                    return self.frames[searched]
                searched += 1
            return None

        async with self._news:
            try:
                await asyncio.wait_for(
                    self._news.wait_for(lambda: found() is not None or self.ended), within
                )
            except TimeoutError:
                raise AssertionError(
                    f"the frame did not arrive; the last ones were {self._last()}"
                ) from None
            frame = found()
            assert frame is not None, (
                f"the stream ended before the frame; the last ones were {self._last()}"
            )
            return frame

    async def end(self, within: float = PATIENCE) -> None:
        """Wait for the stream's end."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: self.ended), within)

    def changes(self, table: str) -> list[Frame]:
        return [frame for frame in self.frames if frame.event == table]

    @property
    def seqs(self) -> list[int]:
        """The `seq` of all events received, in order of arrival."""
        return [f.data["seq"] for f in self.frames if f.id and f.event != "snapshot"]

    def _last(self) -> str:
        return ", ".join(
            f"{frame.event} {frame.id}: {frame.data!s:.200}" for frame in self.frames[-10:]
        )

    async def _read(self, response: httpx.Response) -> None:
        parser = SseParser()
        try:
            async for chunk in response.aiter_bytes():
                for event in parser.feed(chunk):
                    async with self._news:
                        self.frames.append(Frame(event.type, event.id, json.loads(event.data)))
                        self._news.notify_all()
        except httpx.HTTPError:
            pass  # the stream ended; the test asserts how
        finally:
            async with self._news:
                self.ended = True
                self._news.notify_all()


@asynccontextmanager
async def follow(
    url: str, token: str, after: str | None = None, **query: str
) -> AsyncIterator[Subscriber]:
    """Follow a stream until the block ends; `after` resumes as an EventSource does."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    if after is not None:
        headers["Last-Event-ID"] = after
    async with (
        httpx.AsyncClient(timeout=PATIENCE, verify=NO_TLS) as client,
        client.stream("GET", url, headers=headers, params=query) as response,
    ):
        if response.status_code != 200:
            problem = json.loads(await response.aread())
            yield Subscriber(response.status_code, response.headers, problem, ended=True)
            return
        subscriber = Subscriber(response.status_code, response.headers, None)
        reading = asyncio.create_task(subscriber._read(response))
        try:
            yield subscriber
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


def joins(username: str) -> Callable[[Frame], bool]:
    """The event that this user joined."""
    return lambda frame: (
        frame.event == "participants"
        and frame.data["type"] == "INSERT"
        and frame.data["record"]["username"] == username
    )


def goes(username: str) -> Callable[[Frame], bool]:
    """The event that this user left."""
    return lambda frame: (
        frame.event == "participants"
        and frame.data["type"] == "DELETE"
        and frame.data["old_record"]["username"] == username
    )

"""Opens streams on a server in a process of their own (`stream_process.py`), writes events, and sums up what was received."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import psutil

from ..tools.percentiles import Spread, percentiles, spread
from ..tools.usage import processor
from ..tools.workbench import Workbench
from ..tools.worker import Worker, worker
from .servers import Server

PART: Final = 500  # requests in one command
OPENS_WITHIN: Final = 300.0  # seconds
MARK: Final = r"mark-(\d+)!"
NOTHING: Final = Spread(0.0, 0.0, 0.0, 0.0)


class Opened(NamedTuple):
    """The seconds until all streams had begun, the share of a core that their process used, and the bytes of one answer."""

    seconds: float
    generator: float
    answer: int


@dataclass(frozen=True)
class Deliveries:
    """What a number of events took. `each` is in microseconds of the server's processor.

    `generator` is the share of a core that their process used while events were on their way; `size` the bytes of one event.
    """

    each: float
    times: Spread
    curve: dict[int, float]
    sent: int
    missed: int
    generator: float
    size: int


class Streams:
    """The streams of one process. `received` are the bytes of all of them at the end of the last round."""

    def __init__(self, process: Worker) -> None:
        self.received = 0
        self._worker = process
        self.process = psutil.Process(process.pid)

    async def open(
        self, server: Server, requests: Sequence[str] | None = None, *, pattern: str = MARK
    ) -> Opened:
        """Open these streams on it, or all that the server has. Raises Broken."""
        wanted = server.requests if requests is None else requests
        for start in range(0, len(wanted), PART):
            await self._worker.ask("load", requests=list(wanted[start : start + PART]))
        done = await self._worker.ask(
            "open", within=OPENS_WITHIN, port=server.port, ready=server.ready, pattern=pattern
        )
        share = min(1.0, done["cpu"] / done["seconds"])
        return Opened(round(done["seconds"], 4), round(share, 3), done["answer"])

    async def deliver(
        self, server: Server, events: int, *, receivers: int | None = None, first: int = 0
    ) -> Deliveries:
        """Write one event after the other, each when all have received the one before. The first is not counted.

        `receivers`: on how many streams an event arrives, if not on all. `first`: the number of the first event, larger than that
        of all before.

        Raises Broken, and what writing raises.
        """
        assert server.write is not None
        streams = len(server.requests) if receivers is None else receivers
        times: list[float] = []
        spent = generator = busy = 0.0
        missed = size = 0
        for mark in range(first, first + events + 1):
            before, own = processor(server.process), processor(self.process)
            since = time.monotonic()
            await server.write(mark)
            seen = await self._worker.ask("received", mark=mark, many=streams, since=since)
            if mark > first:
                spent += processor(server.process) - before
                generator += processor(self.process) - own
                busy += max(seen["times"], default=0.0) / 1000
                times += seen["times"]
                missed += streams - len(seen["times"])
                size = seen["bytes"]
        return Deliveries(
            each=round(spent / (events * streams) * 1e6, 2),
            times=spread(times) or NOTHING,
            curve=percentiles(times),
            sent=events * streams,
            missed=missed,
            generator=round(min(1.0, generator / busy), 3) if busy else 0.0,
            size=size,
        )

    async def round(
        self, write: Callable[[int], Awaitable[object]], mark: int, many: int
    ) -> list[float]:
        """Write one event, and wait until it arrived on so many streams: milliseconds."""
        since = time.monotonic()
        await write(mark)
        seen = await self._worker.ask("received", mark=mark, many=many, since=since)
        times: list[float] = seen["times"]
        self.received = seen["total"]
        return times

    async def post(self, port: int, request: str, mark: int, many: int) -> dict[str, Any]:
        """Milliseconds until the answer (`answered`), and until the mark arrived at each of `many` streams (`times`)."""
        answer: dict[str, Any] = await self._worker.ask(
            "post", port=port, request=request, mark=mark, many=many
        )
        return answer


@asynccontextmanager
async def opened_streams(bench: Workbench) -> AsyncIterator[Streams]:
    """A new process without streams."""
    async with worker(
        "the streams", f"{__package__}.stream_process", bench.folder / "streams.log"
    ) as process:
        yield Streams(process)

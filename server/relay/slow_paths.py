"""What takes longer than it should, and what an operator can do about it: one line in the log when it begins."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ..timings import Timing
from .collectors import PoolStatistics
from .metrics import Metrics

CHECK_EVERY: Final = 10.0  # seconds
ENDED_AFTER: Final = 60  # checks without anything slow; then it is logged again
WAITED: Final = 0.1  # seconds; an average wait for a database connection beyond which it is slow

log = logging.getLogger(__name__)


@dataclass
class SlowPath:
    """`how_many` were slow since the process started; `advice` is what to do."""

    what: str
    how_many: Callable[[], int]
    advice: str
    seen: int = 0
    quiet: int = ENDED_AFTER


class SlowPaths:
    """Each is logged once while it lasts: not again until it was fast for ten minutes."""

    def __init__(self, metrics: Metrics, pools: Callable[[], PoolStatistics]) -> None:
        self._paths = [*_timed(metrics), _pool_waits(pools)]

    async def check(self) -> None:
        for path in self._paths:
            found = path.how_many()
            new, path.seen = found - path.seen, found
            if not new:
                path.quiet += 1
                continue
            if path.quiet >= ENDED_AFTER:
                log.warning(
                    "%s: %d times in the last %g seconds. %s",
                    path.what,
                    new,
                    CHECK_EVERY,
                    path.advice,
                    extra={"cause": path.what},
                )
            path.quiet = 0


def _timed(metrics: Metrics) -> Iterator[SlowPath]:
    def path(timing: Timing, limit: float, what: str, advice: str) -> SlowPath:
        text = f"{what} took longer than {limit:g} s"
        return SlowPath(text, lambda: timing.longer_than(limit), advice)

    yield path(
        metrics.commit_to_write,
        1.0,
        "from the commit of an event to its subscribers it",
        "Look at roomtone_event_loop_lag_seconds: if the relay is busy, start more relays; else the database is:"
        " see pg_stat_activity.",
    )
    yield path(
        metrics.openings,
        2.5,
        "the opening of a stream",
        "Many clients may have come back at once. If it goes on: raise --pool-size, or start more relays.",
    )
    yield path(
        metrics.sent.loops,
        0.25,
        "writing an event to all its subscribers",
        "This process has too many streams: start more relays, or use --workers.",
    )
    yield path(
        metrics.loop_lag,
        0.5,
        "something else kept the relay busy, which",
        "If its processor is fully used, start more relays, or use --workers; else the machine is overloaded.",
    )


def _pool_waits(pools: Callable[[], PoolStatistics]) -> SlowPath:
    before = {"requests_queued": 0, "requests_wait_ms": 0}
    slow = 0

    def how_many() -> int:
        nonlocal slow
        now = {name: pools()["users"].get(name, 0) for name in before}
        queued, waited = (now[name] - before[name] for name in before)
        before.update(now)
        if queued and waited / queued > WAITED * 1000:
            slow += queued
        return slow

    return SlowPath(
        f"requests waited longer than {WAITED:g} s for a database connection, on average",
        how_many,
        "Raise --pool-size, or look in pg_stat_activity for what keeps the connections busy.",
    )

"""The connections of a relay process: how many there may be, and which is closed for a new one.

A connection that waits for its client (for a whole request, or for its answer to be read) costs that client nothing, so there is no
end of them. Those that the relay works for are bounded by user and address: as streams, or by what one request may cost.
"""

from __future__ import annotations

import logging
from typing import Final, Protocol

from ..problem import Problem
from ..relay.metrics import Metrics
from ..transports import stream_counts
from ..transports.stream_counts import StreamCounts

MOST_BESIDE_STREAMS: Final = 4096  # also where the process may open any number of files

log = logging.getLogger(__name__)


class OpenConnection(Protocol):
    def give_up(self) -> None:
        """Close it, as another needs its place."""


class OpenConnections:
    """Which of them wait, the longest first. When there are too many, that one is closed; no stream ever is."""

    def __init__(self, streams: StreamCounts, metrics: Metrics) -> None:
        self._streams = streams
        self._metrics = metrics
        self._waiting: dict[OpenConnection, None] = {}

    def waits(self, connection: OpenConnection) -> None:
        """It waits for its client, from now on if it did not yet."""
        self._waiting.setdefault(connection)

    def waits_no_more(self, connection: OpenConnection) -> None:
        """The relay works for it, or it is closed."""
        self._waiting.pop(connection, None)

    def has_place(self, count: int) -> bool:
        """Whether there is a place for the newest of these connections; another may be closed for it."""
        if count <= min(
            stream_counts.most_connections(), self._streams.total + MOST_BESIDE_STREAMS
        ):
            return True
        self._metrics.connections_given_up.inc()
        log.warning(
            "there are as many connections as this process may have, so the one that waited longest is closed"
        )
        longest = next(iter(self._waiting), None)
        if longest is None:
            return False
        self.waits_no_more(longest)
        longest.give_up()
        return True


def no_place() -> Problem:
    return Problem(
        503,
        "53300",
        "this relay has as many connections as it may have",
        hint="Try again in a moment. The operator can raise the limit of open files (ulimit -n), or start more relays.",
        rule="connections_fit_the_relay",
        headers={"Retry-After": str(stream_counts.RETRY_AFTER)},
    )

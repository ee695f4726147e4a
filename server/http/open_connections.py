"""The connections of a relay process: how many there may be, how much waits in them, and which is closed for a new one.

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
MOST_UNREAD: Final = 64 * 1024 * 1024  # bytes of answers in memory that wait for their clients

log = logging.getLogger(__name__)


class OpenConnection(Protocol):
    def give_up(self) -> None:
        """Close this connection to make room for another."""


class OpenConnections:
    """The connections that wait for their clients, the longest first. If there are too many, that one is closed; streams never are."""

    def __init__(self, streams: StreamCounts, metrics: Metrics) -> None:
        self._streams = streams
        self._metrics = metrics
        self._waiting: dict[OpenConnection, None] = {}
        self._unread: dict[OpenConnection, int] = {}
        self._unread_size = 0

    def waits(self, connection: OpenConnection) -> None:
        """Its client has to do something, from now on unless it had to before."""
        self._waiting.setdefault(connection)

    def waits_no_more(self, connection: OpenConnection) -> None:
        """The relay handles its request, or it is closed."""
        self._waiting.pop(connection, None)

    def waits_unread(self, connection: OpenConnection, size: int) -> None:
        """`size` bytes of its answer are in memory. If there are too many bytes in all, the one that waited longest is closed."""
        self.was_read(connection)
        self.waits(connection)
        self._unread[connection] = size
        self._unread_size += size
        while self._unread_size > MOST_UNREAD and len(self._unread) > 1:
            self._give_up(next(iter(self._unread)), "as many unread answers as its memory may hold")

    def was_read(self, connection: OpenConnection) -> None:
        """Its client has read nearly all of the answer, or it is closed."""
        self._unread_size -= self._unread.pop(connection, 0)

    def has_place(self, count: int) -> bool:
        """Whether there is a place for the newest of these connections; another may be closed for it."""
        if count <= min(
            stream_counts.most_connections(), self._streams.total + MOST_BESIDE_STREAMS
        ):
            return True
        longest = next(iter(self._waiting), None)
        self._give_up(longest, "as many connections as it may have")
        return longest is not None

    def _give_up(self, connection: OpenConnection | None, cause: str) -> None:
        self._metrics.connections_given_up.inc()
        log.warning(
            "this process has %s: the one that waited longest is closed",
            cause,
            extra={"cause": cause},
        )
        if connection is not None:
            connection.give_up()
            self.waits_no_more(connection)  # its place was given away, so it has none for another
            self.was_read(connection)


def no_place() -> Problem:
    return Problem(
        503,
        "53300",
        "this relay has as many connections as it may have",
        hint="Try again in a moment. The operator can raise the limit of open files (ulimit -n), or start more relays.",
        rule="connections_fit_the_relay",
        headers={"Retry-After": str(stream_counts.RETRY_AFTER)},
    )

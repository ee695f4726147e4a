"""The token of one stream or socket: it counts for the token's user, and ends when the token expires or is revoked."""

from __future__ import annotations

import time

from starlette.requests import HTTPConnection

from ..identity.tokens import claims_of, ends_at, subject_of, user_of
from ..log.subscriber import Subscriber
from ..relay.revocations import Revocations
from .stream_counts import StreamCounts


class TokenInUse:
    """`claims` and `user` are those of the token; without a token they are empty and None."""

    __slots__ = ("_ends_at", "_revocations", "_streams", "_subject", "claims", "user")

    def __init__(self, connection: HTTPConnection) -> None:
        """Counts as a stream until `close`. Raises Problem 401 and 403 for the token, 429 and 503 for too many streams."""
        self._streams: StreamCounts = connection.state.streams
        self._revocations: Revocations = connection.state.relay.revocations
        self._subject = subject_of(connection)
        self.claims = claims_of(connection)
        self.user = user_of(self.claims)
        self._ends_at = ends_at(self.claims)
        self._streams.add(self._subject)

    def watch(self, subscriber: Subscriber) -> None:
        """Have this subscriber advance when the token is revoked."""
        self._revocations.use(self.claims, subscriber)

    def seconds_left(self) -> float | None:
        """Until it expires; None if it does not."""
        return None if self._ends_at is None else self._ends_at - time.time()

    def close(self, subscriber: Subscriber) -> None:
        self._revocations.end_use(self.claims, subscriber)
        self._streams.discard(self._subject)

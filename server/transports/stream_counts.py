"""How many streams, sockets and long polls are open: of each user, and of the whole relay process.

Each needs a file descriptor. The last ones are kept for what else a relay does: the database, other requests, files.
"""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ..problem import Problem

FILES_KEPT: Final = 128
"""Files for the database and recordings; at most a third of those that the process may have."""

FILES_KEPT_WITH_REQUESTS: Final = 192  # and for other requests beside the streams; at most half
RETRY_AFTER: Final = 5  # seconds


class StreamCounts:
    """`per_subject`: how many one user, or one address of anonymous users, may have."""

    def __init__(self, per_subject: int) -> None:
        self._per_subject = per_subject
        self.total = 0
        self._of: Counter[str] = Counter()

    def add(self, subject: str) -> None:
        """Count one more. Raises Problem 429, or 503 when the process has no place for it."""
        if self._of[subject] >= self._per_subject:
            raise Problem(
                429,
                "53400",
                f"you already have {self._per_subject} streams open",
                hint="Close a tab. Each request that waits (wait=) counts as a stream until it is answered.",
                rule="streams_are_not_too_many",
                headers={"Retry-After": str(RETRY_AFTER)},
            )
        if self.total >= most_streams():
            raise Problem(
                503,
                "53300",
                "this relay has as many streams open as it may have files",
                hint="Try again in a moment. The operator can raise the limit of open files (ulimit -n), or start more relays.",
                rule="streams_fit_the_relay",
                headers={"Retry-After": str(RETRY_AFTER)},
            )
        self.total += 1
        self._of[subject] += 1

    def discard(self, subject: str) -> None:
        self.total -= 1
        self._of[subject] -= 1
        if not self._of[subject]:
            del self._of[subject]

    @contextmanager
    def counting(self, subject: str) -> Iterator[None]:
        """Count one more while the block runs. Raises as `add` does."""
        self.add(subject)
        try:
            yield
        finally:
            self.discard(subject)


def most_streams() -> int:
    """How many streams the limit of open files of this process allows (getrlimit(2))."""
    files = _most_files()
    return files - min(FILES_KEPT_WITH_REQUESTS, files // 2)


def most_connections() -> int:
    """How many connections of clients it allows, those of streams included."""
    files = _most_files()
    return files - min(FILES_KEPT, files // 3)


def _most_files() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft

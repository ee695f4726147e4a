"""How many streams and sockets are open: of each user, and of the whole relay process.

Each needs a file descriptor. The last ones are kept for what else a relay does: the database, other requests, files.
"""

from __future__ import annotations

import resource
from collections import Counter
from typing import Final

from ..problem import Problem

KEPT_DESCRIPTORS: Final = 128  # at most half of those that the process may have
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
                hint="Close a tab.",
                rule="streams_are_not_too_many",
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


def most_streams() -> int:
    """How many streams the limit of open files of this process allows (getrlimit(2))."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft - min(KEPT_DESCRIPTORS, soft // 2)

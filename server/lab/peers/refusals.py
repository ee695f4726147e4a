"""What a lane can say no to: to start, and to accept a write."""

from __future__ import annotations


class CannotStart(Exception):
    """A system that is not here: why, what helps, if something does, and the last words of its programs.

    `why` is a sentence of ours, which strangers may read on /lab. `words` may name folders and addresses of this machine.
    """

    def __init__(self, why: str, install: str = "", words: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.install = install
        self.words = words


class NotAccepted(Exception):
    """A write that the system did not accept, or did not acknowledge in time."""

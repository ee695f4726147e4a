"""What a lane can say no to: to start, and to accept a write."""

from __future__ import annotations


class CannotStart(Exception):
    """A system that is not here: why, and the command that installs it, if there is one."""

    def __init__(self, why: str, install: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.install = install


class NotAccepted(Exception):
    """A write that the system did not accept, or did not acknowledge in time."""

"""A relay for several tests of a file: to start one takes more of the processor than most tests do."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from ..databases import Databases
from ..patience import eventually
from ..running import RunningRelay, run_relay


@dataclass
class Lent:
    """A relay, and its database without rows of other tests."""

    relay: RunningRelay
    name: str
    url: str
    fingerprint: str


class SharedRelay:
    """Lends a relay to one test after the other, and deletes their rows in between.

    One that a test stopped, or in whose database it changed more than rows, is lent to nobody else.
    """

    def __init__(self, databases: Databases, template: str, settings: dict[str, Any]) -> None:
        self._databases = databases
        self._template = template
        self._settings = settings
        self._held = ExitStack()
        self._lent: Lent | None = None

    def lend(self) -> Lent:
        if self._lent is None:
            name, fingerprint = self._databases.borrow(self._template)
            self._held.callback(self._databases.give_back, self._template, name, fingerprint)
            url = self._databases.url(name)
            relay = self._held.enter_context(run_relay(url, **self._settings))
            self._lent = Lent(relay, name, url, fingerprint)
        return self._lent

    def take_back(self, lent: Lent) -> None:
        if lent.relay.server.should_exit or not self._databases.empty(lent.name, lent.fingerprint):
            self.close()
            return
        with lent.relay.client() as anonymous:
            anonymous.headers["Accept"] = "application/json"
            # It reads what was deleted after a notification.
            eventually(lambda: not anonymous.get("/hallway/events").json()["snapshot"]["hallway"])

    def close(self) -> None:
        self._lent = None
        self._held.close()

"""For tests that count what comes by the bus: on a busy machine no relay leaves it."""

from __future__ import annotations

import pytest
from roomtone.bus import connection, listener
from roomtone.bus.listener import BusListener

from ...patience import PATIENCE


@pytest.fixture
def patient_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = BusListener.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "silent_after", 2 * PATIENCE)
    monkeypatch.setattr(connection, "ANSWERS_WITHIN", PATIENCE)
    monkeypatch.setattr(connection, "CONNECTS_WITHIN", PATIENCE)
    monkeypatch.setattr(listener, "CONNECT_AGAIN_AFTER", 2 * PATIENCE)
    monkeypatch.setattr(listener, "RESYNC_EVERY", 3600.0)  # all logs are read again then

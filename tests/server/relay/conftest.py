"""A small hallway."""

from __future__ import annotations

import pytest
from roomtone.relay import hallway_windows


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few places in everybody's window, and a high rate, so that a test needs few rooms and little time."""
    monkeypatch.setattr(hallway_windows, "BUSIEST", 3)
    monkeypatch.setattr(hallway_windows, "SOONEST", 2)
    monkeypatch.setattr(hallway_windows, "PUBLIC_RATE", 100)
    monkeypatch.setattr(hallway_windows, "OWN_RATE", 100)
    monkeypatch.setattr("roomtone.relay.hallway.MOVE_EVERY", 1)
    monkeypatch.setattr("roomtone.relay.hallway.SEND_EVERY", 0.02)

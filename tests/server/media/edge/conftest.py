"""A Janus for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from roomtone.media.edge.janus import Janus
from roomtone.media.edge.janus_process import JanusProcess, janus_process

from ....patience import PATIENCE


@pytest.fixture
async def janus(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[JanusProcess]:
    """One that is given time: this machine may stand still."""
    defaults = Janus.ask.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "within", PATIENCE)
    monkeypatch.setattr("roomtone.media.edge.janus.KEPT_ALIVE_WITHIN", PATIENCE)
    monkeypatch.setattr("roomtone.media.edge.janus_process.STARTS_WITHIN", PATIENCE)
    async with janus_process() as running:
        yield running

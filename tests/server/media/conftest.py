"""A relay and a room, for peers in Python."""

from __future__ import annotations

import re
from typing import Any

import pytest
from roomtone.media.edge import janus

from ...patience import PATIENCE
from ...people import Psql


@pytest.fixture(scope="module")
def relay_settings() -> dict[str, Any]:
    return {"demo": True, "root_path": "/talk"}


@pytest.fixture
def room(psql: Psql) -> int:
    """An open room whose host is away."""
    return psql.room("host", "Den")


@pytest.fixture
def patient_nodes(psql: Psql, monkeypatch: pytest.MonkeyPatch) -> None:
    """No node, edge or Janus counts as lost because this machine stood still: only one that says so, or whose connection ends."""
    monkeypatch.setattr(janus, "KEPT_ALIVE_WITHIN", PATIENCE)
    defaults = janus.Janus.ask.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "within", PATIENCE)
    limits, longer = re.compile(r"'00:00:0[23]'"), f"'{2 * PATIENCE} seconds'"
    definition, number = limits.subn(longer, str(psql.one("select pg_get_functiondef('living_nodes'::regproc)")))  # fmt: skip
    assert number == 2, definition
    psql.connection.execute(definition.encode())

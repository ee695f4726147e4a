"""Followers with browsers."""

from __future__ import annotations

import pytest

from ...people import Psql
from .rows import subscribe


@pytest.fixture
def push(psql: Psql) -> Psql:
    """amara hosts; beth and cleo follow her, each with a browser."""
    for name in ("beth", "cleo"):
        psql.run(
            "insert into follows (user_id, followed_id) values (%s, %s)",
            psql.person(name),
            psql.person("amara"),
        )
        subscribe(psql, name)
    return psql

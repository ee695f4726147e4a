"""Users for the tests of seats."""

from __future__ import annotations

import pytest

from ...people import Psql


@pytest.fixture
def psql(psql: Psql) -> Psql:
    for name in ("rick", "anna", "bo"):
        psql.person(name)
    return psql

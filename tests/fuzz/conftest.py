"""What the fuzzers share: a populated relay, and a check that it logs no error.

By default every run has the same examples. `ROOMTONE_FUZZ=20 python -m pytest tests/fuzz` runs twenty times as
many, new ones each time, and remembers failed ones in `.hypothesis/`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from .populated import PopulatedRelay, run_populated_relay


@pytest.fixture(autouse=True)
def _no_error_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.ERROR):
        yield
    errors = [record.getMessage() for record in caplog.records if record.exc_info]
    assert not errors, f"the relay logged: {errors[:3]}"


@pytest.fixture(scope="module")
def populated_relay(standing_database_url: str) -> Iterator[PopulatedRelay]:
    with run_populated_relay(standing_database_url) as populated:
        yield populated


@pytest.fixture
def populated(populated_relay: PopulatedRelay) -> PopulatedRelay:
    """The same for all tests of a file, with open rooms and people in them again."""
    populated_relay.repopulate()
    return populated_relay

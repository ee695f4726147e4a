"""What the fuzzers share: how many examples, which ones, and a relay whose every 500 is a failure.

By default the same examples come each time. `ROOMTONE_FUZZ=20 python -m pytest tests/fuzz` runs twenty times
as many, different ones each time, and remembers those that failed in `.hypothesis/`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from ..conftest import NewDatabase
from .town import Town, settle


@pytest.fixture(autouse=True)
def _nothing_breaks(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.ERROR):
        yield
    broken = [record.getMessage() for record in caplog.records if record.exc_info]
    assert not broken, f"the relay logged: {broken[:3]}"


@pytest.fixture
def town(new_database: NewDatabase, template: str) -> Iterator[Town]:
    with settle(new_database(template)) as town:
        yield town

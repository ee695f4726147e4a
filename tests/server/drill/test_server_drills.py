"""The drills of the database and the relay, as `roomtone drill` performs them: no event missed, duplicated or out of order."""

from __future__ import annotations

import pytest

from .conftest import ServerFor
from .running_drills import OF_SERVERS, finds_no_missed_duplicated_or_misordered_event


@pytest.mark.parametrize("name", OF_SERVERS)
def test_a_drill_finds_no_missed_duplicated_or_misordered_event(
    name: str, server_for: ServerFor
) -> None:
    finds_no_missed_duplicated_or_misordered_event(name, server_for)

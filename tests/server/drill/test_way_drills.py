"""The drills of the network between and its payloads, as `roomtone drill` performs them: nothing missed, nothing twice, nothing out of order."""

from __future__ import annotations

import pytest

from .conftest import StageFor
from .running_drills import OF_THE_WAY_BETWEEN, finds_nothing_missed_doubled_or_misplaced


@pytest.mark.parametrize("name", OF_THE_WAY_BETWEEN)
def test_a_drill_finds_nothing_missed_doubled_or_misplaced(name: str, stage_for: StageFor) -> None:
    finds_nothing_missed_doubled_or_misplaced(name, stage_for)

"""Every drill, as `roomtone drill` performs it: nothing missed, nothing twice, nothing out of order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import uvloop
from roomtone.drill.catalogue import DRILLS
from roomtone.drill.drill import Drill
from roomtone.drill.performance import perform
from roomtone.drill.stage import Stage
from roomtone.drill.verdict import Verdict

StageFor = Callable[[Drill], Stage]


@pytest.fixture(scope="module")
def stage_for() -> Iterator[StageFor]:
    """The stage a drill plays on: one for all, and one that writes to the disk, when first needed."""
    stages: dict[bool, Stage] = {}
    with ExitStack() as stack:

        def find(drill: Drill) -> Stage:
            if drill.durable not in stages:
                stages[drill.durable] = stack.enter_context(Stage(durable=drill.durable))
            return stages[drill.durable]

        yield find


@pytest.mark.parametrize("name", list(DRILLS))
def test_a_drill_finds_nothing_missed_doubled_or_misplaced(name: str, stage_for: StageFor) -> None:
    drill = DRILLS[name]
    verdict = uvloop.run(perform(drill, stage_for(drill)))
    assert isinstance(verdict, Verdict), verdict
    assert verdict.faults == ()
    assert (verdict.missed, verdict.duplicated, verdict.misordered) == (0, 0, 0)
    assert verdict.followers >= 50
    assert verdict.rooms >= 4
    assert verdict.written > 20
    assert verdict.events > 500

"""What the drills of a file play on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from roomtone.drill.drill import Drill
from roomtone.drill.servers import Stage

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

"""Workers execute commands, report their errors, and end with the run."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from roomtone.tools.worker import Broken, worker

FLOOR = "roomtone.lab.topology.floor"


async def test_a_worker_answers_and_ends_with_the_block(tmp_path: Path) -> None:
    async with worker("the floor", FLOOR, tmp_path / "floor.log") as floor:
        assert (await floor.ask("protect"))["seconds"] > 0
        with pytest.raises(Broken, match="the floor could not sing: AttributeError"):
            await floor.ask("sing")
        assert (await floor.ask("protect"))["seconds"] > 0
    assert not psutil.pid_exists(floor.pid)


async def test_a_worker_that_ended_is_reported(tmp_path: Path) -> None:
    async with worker("the floor", FLOOR, tmp_path / "floor.log") as floor:
        psutil.Process(floor.pid).kill()
        with pytest.raises(Broken, match="the floor"):
            await floor.ask("protect")

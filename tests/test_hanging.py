"""A test that hangs is ended with what it waits for, and the tests after it run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .patience import PATIENCE

HANGING = """
import asyncio, uvloop, pytest

async def wait_for_nobody():
    await asyncio.Event().wait()

async def both():
    asyncio.create_task(asyncio.sleep(1000), name="beside")
    await wait_for_nobody()

@pytest.mark.parametrize("run", [uvloop.run, asyncio.run])
def test_that_hangs(run):
    run(both())

def test_after_it():
    pass
"""


@pytest.mark.parametrize("parallel", [(), ("-n", "1")])
def test_a_test_that_hangs_is_ended_and_says_what_waits(
    tmp_path: Path, parallel: tuple[str, ...]
) -> None:
    (tmp_path / "test_it.py").write_text(HANGING)
    plugin = ("-p", "tests.hanging", "-o", "hangs_after=1", "-p", "no:cacheprovider")
    done = subprocess.run(
        (sys.executable, "-m", "pytest", *plugin, *parallel, "--rootdir", tmp_path, tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "PYTEST_ADDOPTS": ""},
    )
    assert "2 failed, 1 passed" in done.stdout, done.stdout
    assert "test_that_hangs[run0] did not end within 1 s" in done.stdout
    assert "beside waits:" in done.stdout
    assert "wait_for_nobody" in done.stdout

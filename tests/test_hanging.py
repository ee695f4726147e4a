"""A test that hangs is ended with what it waits for, and the tests after it run; a suite that is silent is ended, too."""

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


OUTSIDE_PYTHON = """
import ctypes

def test_that_hangs():
    lock, library = ctypes.create_string_buffer(64), ctypes.PyDLL(None)
    library.pthread_mutex_lock(lock)
    library.pthread_mutex_lock(lock)

def test_after_it():
    pass
"""
STOPPED = """
import os, signal

def test_that_stops_its_process():
    os.kill(os.getpid(), signal.SIGSTOP)
"""


@pytest.mark.parametrize("parallel", [(), ("-n", "1")])
def test_a_test_that_hangs_is_ended_and_says_what_waits(
    tmp_path: Path, parallel: tuple[str, ...]
) -> None:
    printed = _run(tmp_path, HANGING, *parallel)
    assert "2 failed, 1 passed" in printed, printed
    assert "test_that_hangs[run0] did not end within 1 s" in printed
    assert "beside waits:" in printed
    assert "wait_for_nobody" in printed


def test_a_test_that_waits_outside_python_ends_its_process_and_the_others_run(
    tmp_path: Path,
) -> None:
    ends = ("-o", "faulthandler_timeout=2", "-o", "faulthandler_exit_on_timeout=true")
    printed = _run(tmp_path, OUTSIDE_PYTHON, "-n", "1", *ends)
    assert "1 failed, 1 passed" in printed, printed
    assert "in test_that_hangs" in printed
    assert "crashed while running 'test_it.py::test_that_hangs'" in printed


def test_processes_that_report_nothing_any_more_end_the_suite(tmp_path: Path) -> None:
    printed = _run(tmp_path, STOPPED, "-n", "1", "-o", "silent_after=10")
    assert "No process reported anything for 10 s. Begun: test_it.py::test_that_stops" in printed


def test_a_failure_is_printed_before_the_suite_ends(tmp_path: Path) -> None:
    printed = _run(tmp_path, "def test_it():\n    assert 1 == 2\n", "-n", "1")
    assert "assert 1 == 2" in printed[: printed.index("= FAILURES =")], printed


def _run(folder: Path, tests: str, *flags: str) -> str:
    """What pytest prints of a suite with this file, in which a test may take a second."""
    (folder / "test_it.py").write_text(tests)
    # No plugin of another package is loaded but the one that makes processes: to load the others takes longer than the tests.
    plugins = ("-p", "xdist", "-p", "tests.hanging", "-p", "tests.failing", "-o", "hangs_after=1")
    done = subprocess.run(
        (sys.executable, "-m", "pytest", *plugins, "-p", "no:cacheprovider", *flags, "--rootdir", folder, folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=PATIENCE,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "PYTEST_ADDOPTS": "",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
    )  # fmt: skip
    return done.stdout

"""Ends a test that hangs, and says what its tasks wait for.

Otherwise a single one stops the whole suite, and nobody learns which or why. The limit is in pyproject.toml; no wait in a test is as long.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Generator, Iterator
from types import FrameType
from typing import Any, Final

import pytest

SETTING: Final = "hangs_after"


class Hangs(SystemExit):
    """The test takes too long. No Exception, because event loops go on after one in a signal's handler."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(SETTING, "seconds after which a test is ended", default="0")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    seconds = float(item.config.getini(SETTING))

    def end(_number: int, _frame: FrameType | None) -> None:
        _print_tasks()
        raise Hangs(f"{item.nodeid} did not end within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _print_tasks() -> None:
    try:
        tasks = asyncio.all_tasks()
    except RuntimeError:
        return  # no event loop runs
    for task in tasks:
        print(f"{task.get_name()} waits:", *_places(task.get_coro()), sep="\n  ", file=sys.stderr)


def _places(waiting: Any) -> Iterator[str]:
    """Where it waits, the outermost first."""
    while waiting is not None:
        for kind, inner in (("cr", "await"), ("ag", "await"), ("gi", "yieldfrom")):
            if (frame := getattr(waiting, f"{kind}_frame", None)) is not None:
                yield f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_qualname}"
                waiting = getattr(waiting, f"{kind}_{inner}")
                break
        else:
            yield repr(waiting)
            return

"""Ends a test that hangs, and says what its tasks wait for.

Otherwise a single one stops the whole suite, and nobody learns which or why. The limits are in pyproject.toml; no wait in a test is as long.
A process that this cannot end, because it waits outside Python or hangs again, is ended by pytest's `faulthandler_timeout`. And if none of
the processes reports anything any more, the suite ends, and says which tests have begun.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Final

import pytest

SETTING: Final = "hangs_after"
SETTING_OF_ALL: Final = "silent_after"
AGAIN_AFTER: Final = 60.0
"""Seconds until a test is ended again: what it does at its end may hang, and uvloop hides what is raised while it hands over what a socket received."""


class Hangs(SystemExit):
    """The test takes too long. No Exception, because event loops go on after one in a signal's handler."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(SETTING, "seconds after which a test is ended", default="0")
    parser.addini(SETTING_OF_ALL, "seconds without a report after which all ends", default="0")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    seconds = float(item.config.getini(SETTING))

    def end(_number: int, _frame: FrameType | None) -> None:
        with suppress(Exception):  # it may have been writing there
            _print_tasks()
        raise Hangs(f"{item.nodeid} did not end within {seconds:g} s")

    with alarm(end, seconds, AGAIN_AFTER):
        return (yield)


@contextmanager
def alarm(
    end: Callable[[int, FrameType | None], None], seconds: float, again: float = 0.0
) -> Iterator[None]:
    """Calls `end` in the main thread after so many seconds, and then each `again` seconds; never if there are none."""
    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, again)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Silence:
    """Ends the whole suite when its processes report nothing for so long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._begun: dict[str, None] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        with alarm(self._end, self._seconds):
            return (yield)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._begun[nodeid] = None
        self._wait_anew()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._begun.pop(nodeid, None)
        self._wait_anew()

    def _wait_anew(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        begun = ", ".join(self._begun) or "no test"
        raise Hangs(f"No process reported anything for {self._seconds:g} s. Begun: {begun}")


def pytest_sessionstart(session: pytest.Session) -> None:
    plugins = session.config.pluginmanager
    if plugins.has_plugin("dsession"):  # the process that gives the others their tests
        plugins.register(Silence(float(session.config.getini(SETTING_OF_ALL))))


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

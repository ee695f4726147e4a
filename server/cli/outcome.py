"""How every command ends: expected errors in one line, and Ctrl-C without a trace."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from ..postgres.account import AccountError
from ..postgres.install import InstallError
from ..postgres.lock import AlreadyRunning
from ..postgres.programs import EmbeddedError
from ..process import CannotListenError, CannotServeError
from ..terminal import Terminal

EXPECTED = (
    AccountError,
    AlreadyRunning,
    CannotListenError,
    CannotServeError,
    EmbeddedError,
    InstallError,
)
"""What can go wrong without anything being broken: the text says it all."""


@contextmanager
def expected_errors() -> Iterator[None]:
    """One line instead of a traceback."""
    try:
        yield
    except EXPECTED as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def stopping_on_signals(terminal: Terminal) -> Iterator[None]:
    """SIGTERM is Ctrl-C: both unwind what was started, and neither is a failure.

    Only the first counts. Stopping takes seconds at most, and a second Ctrl-C in the midst of it
    would leave things behind.
    """

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        on_signals(signal.SIG_IGN)
        raise KeyboardInterrupt

    on_signals(interrupt)
    try:
        yield
    except KeyboardInterrupt:
        terminal.line("stopped")


def on_signals(handler: Callable[[int, FrameType | None], Any] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def make_private(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise click.ClickException(f"Cannot use {data_dir} for data: {error.strerror}.") from error

"""How every command ends: expected errors in one line, and Ctrl-C without a traceback."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import click

from ..ending_signals import ending_signals
from ..postgres.account import AccountError
from ..postgres.lock import AlreadyRunning
from ..postgres.preflight import InstallError
from ..postgres.programs import EmbeddedError
from ..serving_errors import CannotListenError, CannotServeError
from ..supervision import CANNOT_GO_ON, CannotGoOn
from ..terminal import Terminal

BROKEN_OFF: Final = 128 + signal.SIGINT
"""The status of a command that was stopped before it had what it was asked for, as shells have it."""

EXPECTED = (
    AccountError,
    AlreadyRunning,
    CannotListenError,
    CannotServeError,
    EmbeddedError,
    InstallError,
)
"""Errors that need no traceback: their text is enough."""


@contextmanager
def expected_errors() -> Iterator[None]:
    """One line instead of a traceback."""
    try:
        yield
    except EXPECTED as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def stopping_on_signals(terminal: Terminal, *, status: int = 0) -> Iterator[None]:
    """SIGTERM and SIGHUP work like Ctrl-C: they stop what was started, and none is an error. The process then ends with `status`.

    Only the first one counts. Stopping takes a few seconds, and a second Ctrl-C would leave processes behind.
    """

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    numbers = ending_signals()
    for each in numbers:
        signal.signal(each, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        terminal.line("stopped")
        if status:
            sys.exit(status)
    except CannotGoOn:
        sys.exit(CANNOT_GO_ON)  # the log says why


def make_private(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise click.ClickException(
            f"Cannot use {data_dir} for data: {error.strerror}. Choose another with --data-dir, or use --database-url."
        ) from error


def older_are_running(processes: int) -> str:
    """Why an update of the schema is not finished."""
    return (
        f"{processes} relays, media nodes or bots of an older release are still running."
        " The rest of the update waits until they have stopped."
    )

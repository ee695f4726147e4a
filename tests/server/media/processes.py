"""`roomtone bot` and the band as processes, as people run them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from click.testing import CliRunner
from roomtone.child_processes import ChildProcess, child_processes
from roomtone.cli.bot import bot_command
from roomtone.settings import Settings


@contextmanager
def bot(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """`roomtone bot` with these arguments, killed at the end of the block if it still runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "roomtone", "bot", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("ROOMTONE_")},
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.kill()


def ended(*arguments: object) -> tuple[int, str]:
    """Exit status and words of a bot that ends by itself, run in this process."""
    result = CliRunner().invoke(bot_command, [*map(str, arguments)])
    return result.exit_code, result.output


@contextmanager
def playing(database_url: str) -> Iterator[ChildProcess]:
    """The house band, on its way to its room."""
    with child_processes(Settings(band=True, nodes=False), database_url) as [band]:
        band.start()
        yield band

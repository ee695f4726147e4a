"""`roomtone bot` and the band as processes, as people run them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner
from roomtone.child_processes import ChildProcess, child_processes
from roomtone.cli.bot import bot_command
from roomtone.settings import Settings

from ...patience import PATIENCE, eventually


@dataclass
class Bot:
    """A running `roomtone bot`."""

    process: subprocess.Popen[bytes]
    _output: Path

    @property
    def output(self) -> str:
        """What it has printed until now."""
        return self._output.read_text("utf-8")

    def prints(self, words: str) -> None:
        """Wait until it has printed this."""

        def has_printed() -> bool:
            ended = self.process.poll() is not None
            printed = words in self.output
            assert printed or not ended, f"it ended, and printed {self.output!r}"
            return printed

        eventually(has_printed, what=lambda: f"it printed {self.output!r}")

    def ends(self) -> tuple[int, str]:
        """Wait until it has ended: the exit status, and all that it printed."""
        return self.process.wait(PATIENCE), self.output


@contextmanager
def bot(*arguments: object, command: str = "bot") -> Iterator[Bot]:
    """`roomtone bot`, or this command, with these arguments, killed at the end of the block if it still runs."""
    with (
        tempfile.NamedTemporaryFile() as output,
        subprocess.Popen(
            [sys.executable, "-m", "roomtone", command, *map(str, arguments)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={n: value for n, value in os.environ.items() if not n.startswith("ROOMTONE_")},
        ) as process,
    ):
        try:
            yield Bot(process, Path(output.name))
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

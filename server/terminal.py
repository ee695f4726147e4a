"""Output of the command on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.text import Text


class Terminal:
    """Progress that overwrites itself on a terminal, and plain lines anywhere else."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)

    def line(self, text: str) -> None:
        with suppress(OSError):  # the terminal was closed
            self._console.print(Text(text))

    @contextmanager
    def working(self, text: str) -> Iterator[Callable[[str], None]]:
        """Show what is being done. Call the yielded function with the text of the next step."""
        if not self._console.is_terminal:
            self.line(text)
            yield self.line
            return
        with self._console.status(Text(text)) as status:
            yield lambda message: status.update(Text(message))

    def opened(self, address: str, psql: str) -> None:
        """Print the address of the page and the command for psql."""
        self._console.print(Text.assemble(("Roomtone is open at ", "bold"), (address, "bold cyan")))
        self._console.print(Text.assemble("psql: ", (psql, "cyan")))
        if self._console.is_terminal:
            self._console.print(Text("Ctrl-C stops it.", style="dim"))

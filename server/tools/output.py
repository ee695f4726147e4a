"""Progress while a command runs, and the files it writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

Step = Callable[[str], None]
"""Called with the name of a step when it begins."""


def check_files(*files: Path | None) -> None:
    """Check before a long run that the files can be written. Raises ClickException."""
    for file in files:
        if file is None:
            continue
        existed = file.exists()
        try:
            file.open("ab").close()
            if not existed:
                file.unlink()
        except OSError as error:
            raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from None


def announce(console: Console, seconds: float) -> None:
    console.print(Text(f"This takes about {seconds / 60:.1f} minutes.", style="dim"))


@contextmanager
def progress(console: Console, steps: int) -> Iterator[tuple[Step, Step]]:
    """A progress bar; yields two functions: one shows what is prepared, the other shows which step begins."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=steps + 1)
        begun = False

        def preparing(words: str) -> None:
            bar.update(task, description=words)

        def step(words: str) -> None:
            nonlocal begun
            bar.update(task, description=words, advance=1 if begun else 0)
            begun = True
            if not console.is_terminal:
                console.print(Text(words))

        yield preparing, step


def write(
    console: Console,
    value: dict[str, Any],
    page: Callable[[], str],
    json_file: Path | None,
    html_file: Path | None,
) -> None:
    """Write the files that were asked for."""
    if json_file is not None:
        json_file.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
        console.print(Text(f"JSON: {json_file}"))
    if html_file is not None:
        html_file.write_text(page(), encoding="utf-8")
        console.print(Text(f"Report: {html_file}"))

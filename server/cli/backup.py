"""`roomtone backup` and `roomtone restore`: database and recordings in one file, and back."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from ..postgres.backup import backup, restore
from ..postgres.lock import running
from ..postgres.login import place
from ..postgres.programs import socket_url
from ..terminal import Terminal
from .embedded_database import embedded_database
from .group import cli
from .options import from_settings, named_by_database_url, settings_from
from .outcome import expected_errors, stopping_on_signals

file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@cli.command("backup")
@file_argument
@from_settings("data_dir", "recordings_dir", "database_url")
def backup_command(file: Path, **given: Any) -> None:
    """Write the database and its recordings into a new FILE. Relays may be running."""
    settings = settings_from(given)
    terminal = Terminal()
    with stopping_on_signals(terminal), ExitStack() as stack:
        stack.enter_context(expected_errors())
        with terminal.working("looking at the database") as progress:
            if settings.database_url is not None:
                url = settings.database_url
            elif (holder := running(settings.data_dir)) is not None and holder.sockets:
                url = socket_url(holder.sockets)
            elif (settings.data_dir / "postgres").is_dir():
                url = embedded_database(settings, stack, progress)
            else:
                raise click.ClickException(f"There is no database in {settings.data_dir}.")
            done = backup(url, file, settings.recordings, progress)
        terminal.line(f"Wrote {file}: the database and {done.recordings} files of recordings.")
        if done.missing:
            terminal.line(
                f"{done.missing} files of recordings are not in {settings.recordings}: is that their folder (--recordings-dir)?"
            )


@cli.command("restore")
@file_argument
@from_settings("data_dir", "recordings_dir", "database_url")
def restore_command(file: Path, **given: Any) -> None:
    """Make a database and its recordings from FILE, in a database without Roomtone. Starts nothing."""
    settings = settings_from(given)
    terminal = Terminal()
    with stopping_on_signals(terminal), ExitStack() as stack:
        stack.enter_context(expected_errors())
        with terminal.working("looking at the database") as progress:
            url = settings.database_url or embedded_database(settings, stack, progress)
            others = not named_by_database_url()
            done = restore(url, file, settings.recordings, progress, beside_others=others)
        for line in done.lines:
            terminal.line(line)
        where = settings.data_dir if settings.database_url is None else place(url)
        terminal.line(f"Restored {where}, and {done.recordings} files in {settings.recordings}.")
        if done.found:
            terminal.line(f"{done.found} more were there already, and are unchanged.")

"""`roomtone install` and `roomtone sql`: install or print the schema."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import click

from .. import __version__
from ..postgres.embedded import EmbeddedPostgres
from ..postgres.install import install
from ..postgres.lock import data_dir_lock
from ..postgres.schema_files import script
from ..terminal import Terminal
from .group import cli
from .options import from_settings, settings_from
from .outcome import expected_errors, make_private, stopping_on_signals


@cli.command("install")
@from_settings("data_dir", "database_url", "demo")
def install_command(**given: Any) -> None:
    """Install or update the schema, and start nothing.

    With --demo, a new database gets the demo's clubs and rooms.
    """
    settings = settings_from(given)
    terminal = Terminal()
    with stopping_on_signals(terminal), ExitStack() as stack:
        stack.enter_context(expected_errors())
        with terminal.working("looking at the database") as progress:
            if settings.database_url is None:
                make_private(settings.data_dir)
                stack.enter_context(data_dir_lock(settings.data_dir))
                postgres = EmbeddedPostgres(settings.data_dir, on_progress=progress)
                url = stack.enter_context(postgres).url
            else:
                url = settings.database_url
            installed = install(url, demo=bool(settings.demo), on_progress=progress)
        state = "is now" if installed.changed else "already was"
        terminal.line(f"The schema {state} that of Roomtone {__version__}.")


@cli.command("sql")
def sql_command() -> None:
    """Print the schema and the triggers as one psql script; it connects to no database."""
    for piece in script():
        click.echo(piece, nl=False)

"""`roomtone psql`: psql on the database."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from ..postgres.lock import running
from ..postgres.login import check_own_sessions
from ..postgres.programs import psql_command, psql_environment, socket_url, without_password
from ..settings import Settings
from .group import cli
from .options import from_settings, settings_from
from .outcome import expected_errors


@cli.command(
    "psql", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@from_settings("data_dir", "database_url")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql_command_(arguments: tuple[str, ...], **given: Any) -> NoReturn:
    """Open psql on the database. Further arguments are passed to psql."""
    url = running_database(settings_from(given))
    with expected_errors():
        check_own_sessions(url)
    more = psql_environment(url, greets=not arguments and sys.stdin.isatty())
    url, password = without_password(url)
    with expected_errors():
        command = [*psql_command(url), *arguments]
    sys.stdout.flush()
    os.execve(command[0], command, {**os.environ, **password, **more})


def running_database(settings: Settings) -> str:
    """The connection URL of the database: the named one, or the embedded one, which must be running."""
    if settings.database_url is not None:
        return settings.database_url
    with expected_errors():
        holder = running(settings.data_dir)
    if holder is None or not holder.sockets:
        raise click.ClickException(
            f"Roomtone is not running on {settings.data_dir}. Start it in another terminal: roomtone"
        )
    return socket_url(holder.sockets)


def psql_hint(settings: Settings) -> str:
    """The command that opens psql on this database, without a password."""
    program = Path(sys.argv[0])
    on_path = shutil.which("roomtone")
    if program.name != "roomtone":
        words = [Path(sys.executable).name, "-m", "roomtone"]
    elif on_path is not None and Path(on_path).samefile(program):
        words = ["roomtone"]
    else:
        words = [os.path.relpath(program) if program.is_relative_to(Path.cwd()) else str(program)]
    words.append("psql")
    direct = settings.listen_url or settings.database_url
    if direct is not None:
        words += ["--database-url", without_password(direct)[0]]
    elif settings.data_dir != Settings().data_dir:
        words += ["--data-dir", str(settings.data_dir)]
    return shlex.join(words)

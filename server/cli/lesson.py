"""`roomtone lesson`: the room of a lesson in the browser, its inspector, and psql beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import webbrowser
from typing import Any

import click
import psycopg

from ..postgres.lock import running
from ..postgres.login import login
from ..postgres.programs import psql_command, psql_environment, without_password
from ..settings import Settings
from ..terminal import Terminal
from .group import cli
from .lesson_room import PEOPLE, TITLES, LessonRuns, lesson_room, name_of, page_of
from .options import from_settings, settings_from
from .outcome import expected_errors, stopping_on_signals
from .psql import running_database


@cli.command("lesson")
@click.argument("number", type=click.IntRange(1, len(TITLES)))
@click.option(
    "--open/--no-open",
    "opens",
    default=True,
    help="Open the room in a browser. [where there is one]",
)
@click.option(
    "--address",
    metavar="URL",
    help="Address of the page. [the address of the running Roomtone, or http://localhost:8000]",
)
@from_settings("data_dir", "database_url")
def lesson_command(number: int, opens: bool, address: str | None, **given: Any) -> None:
    """Open lesson N of the course (docs/course): a room, its inspector, and psql in this terminal.

    Roomtone has to run in another terminal. When you leave psql, all that the lesson made is deleted.
    """
    settings = settings_from(given)
    url = running_database(settings)
    page = (address or _address(settings)).rstrip("/")
    terminal = Terminal()
    # The window of the terminal may be closed: then, too, the room is deleted.
    with stopping_on_signals(terminal), expected_errors(), login(url) as connection:
        try:
            with lesson_room(connection, number) as room:
                link = f"{page}/rooms/{room}?username={PEOPLE[0]}&inspector"
                terminal.line(f"{name_of(number)}\n  read   {page_of(number)}\n  page   {link}")
                terminal.line(
                    "  psql   this terminal; \\q ends the lesson and deletes what it made"
                )
                if opens and _has_browser():
                    webbrowser.open(link)
                _psql(url, room)
        except LessonRuns as error:
            raise click.ClickException(str(error)) from None
        except psycopg.OperationalError:
            raise click.ClickException(
                "The database cannot be reached any more. The next lesson deletes what this one made."
            ) from None
        terminal.line("The lesson has ended, and its room is deleted.")


def _psql(url: str, room: int) -> None:
    """psql with this room chosen, until its user leaves it. It handles Ctrl-C itself, so this process must not end by it."""
    environment = psql_environment(url) | {"ROOMTONE_PSQL_ROOM": str(room)}
    url, password = without_password(url)
    sys.stdout.flush()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    subprocess.run(psql_command(url), check=False, env=os.environ | password | environment)
    signal.signal(signal.SIGINT, before)  # not if a signal ends this process: only the first counts


def _address(settings: Settings) -> str:
    holder = None if settings.database_url else running(settings.data_dir)
    return (holder and holder.address) or f"http://localhost:{settings.port}"


def _has_browser() -> bool:
    """Whether a window can open. Without one, `webbrowser` would start a browser in this terminal."""
    return sys.platform in {"darwin", "win32"} or any(
        name in os.environ for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )

"""`roomtone install`, `roomtone uninstall` and `roomtone sql`: install, remove or print the schema."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import click

from .. import __version__
from ..postgres.install import install
from ..postgres.preflight import Roles
from ..postgres.roles import ROLE_NAMES
from ..postgres.schema_files import script
from ..postgres.uninstall import contents, uninstall
from ..terminal import Terminal
from .embedded_database import embedded_database
from .group import cli
from .options import from_settings, named_by_database_url, settings_from
from .outcome import expected_errors, older_are_running, stopping_on_signals

ROLES_HELP = "Names of the roles of anonymous users, of signed-in users and of relays, where they have others."


def _roles(_context: click.Context, _parameter: click.Parameter, names: str | None) -> Roles | None:
    with expected_errors():
        return None if names is None else Roles.named(names)


roles_option = click.option(
    "--roles",
    callback=_roles,
    metavar="ANON,PERSON,RELAY",
    help=f"{ROLES_HELP} [{','.join(ROLE_NAMES)}]",
)


@cli.command("install")
@roles_option
@from_settings("data_dir", "database_url", "demo")
def install_command(roles: Roles | None, **given: Any) -> None:
    """Install or update the schema, and start nothing.

    With --demo, a new database gets the demo's clubs and rooms.
    """
    settings = settings_from(given)
    terminal = Terminal()
    with stopping_on_signals(terminal), ExitStack() as stack:
        stack.enter_context(expected_errors())
        with terminal.working("looking at the database") as progress:
            installed = install(
                settings.database_url or embedded_database(settings, stack, progress),
                demo=bool(settings.demo),
                roles=roles,
                beside_others=not named_by_database_url(),
                on_progress=progress,
            )
        for line in (*installed.restored, *installed.warnings):
            terminal.line(line)
        state = "is now" if installed.changed else "already was"
        terminal.line(f"The schema {state} that of Roomtone {__version__}.")
        if installed.older:
            terminal.line(f"{older_are_running(installed.older)} Then run this again.")


@cli.command("uninstall")
@click.option("--yes", is_flag=True, help="Do not ask.")
@from_settings("data_dir", "database_url")
def uninstall_command(yes: bool, **given: Any) -> None:
    """Remove Roomtone's schema and roles from a database, and nothing else."""
    settings = settings_from(given)
    if settings.database_url is None:
        raise click.UsageError(
            f"Name the database: --database-url. The embedded one is in {settings.data_dir}: delete that folder."
        )
    terminal = Terminal()
    with expected_errors():
        found = contents(settings.database_url)
        lost = f"{found.users} users, {found.rooms} rooms and {found.messages} messages"
        if not yes:
            click.confirm(f"Remove Roomtone from {found.place}, with {lost}?", abort=True)
        removed = uninstall(settings.database_url)
    terminal.line(f"Removed the schema roomtone from {found.place}, with {lost}.")
    if removed.roles:
        terminal.line(f"Removed the roles {', '.join(removed.roles)}.")
    if removed.kept:
        terminal.line(
            f"Kept the roles {', '.join(removed.kept)}: another database uses them, or the installation did not create them."
        )
    terminal.line(f"Files of recordings are not in the database. See {settings.recordings}.")


@cli.command("sql")
@roles_option
def sql_command(roles: Roles | None) -> None:
    """Print the schema and the triggers as one psql script; it connects to no database."""
    for piece in script():
        click.echo((roles or Roles()).put_into(piece), nl=False)

"""`roomtone recover`: a link by which a user who lost their passkeys makes a new one."""

from __future__ import annotations

from typing import Any

import click

from ..formats.web_origins import check_page_address
from .asking import ask_database
from .group import cli
from .options import from_settings, settings_from


@cli.command("recover")
@click.argument("username")
@click.option(
    "--address",
    metavar="URL",
    help="Address of the page, as people open it. [http://localhost:8000, with the relay's port]",
)
@from_settings("data_dir", "database_url", "port")
def recover_command(username: str, address: str | None, **given: Any) -> None:
    """Make a link by which this user signs in and makes a new passkey: once, within an hour.

    Send it to nobody else: the first who opens it has the account.
    """
    settings = settings_from(given)
    page = (address or f"http://localhost:{settings.port}").rstrip("/")
    try:
        check_page_address(page)
    except ValueError as error:
        raise click.UsageError(f"--address: {error}.") from None
    (secret,) = ask_database(settings, "select roomtone.create_recovery_link(%s)", username)
    # In the fragment, which browsers send to no server (RFC 9110, 4.2.4): no log and no Referer has the secret.
    click.echo(f"{page}/#recover={secret}")

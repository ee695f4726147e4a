"""`roomtone pump`: reads the logs once for all relays, here or on another machine."""

from __future__ import annotations

from typing import Any

import click

from .. import logs, privileges
from ..ending_signals import run_until_signal
from ..postgres.login import check_own_sessions
from ..terminal import Terminal
from .group import cli
from .options import from_settings, settings_from
from .outcome import expected_errors, stopping_on_signals


@cli.command("pump")
@from_settings(
    "run_as", "database_url", "listen_url", "bus_url", "bus_credentials", "bus_tls", "log_level", "log_format"
)  # fmt: skip
def pump_command(**given: Any) -> None:
    """Read what changes in the rooms once, and publish it on the bus for all relays.

    Run two on different machines: one of them works, and the other takes over when it is silent for two seconds.
    """
    from ..bus.address import BusAddress
    from ..bus.pump import pump

    settings = settings_from(given)
    logs.configure(settings.log_level, settings.log_format)
    address, url = BusAddress.of(settings), settings.listen_url or settings.database_url
    if address is None or url is None:
        raise click.UsageError("Name the bus and the database: --bus-url, --database-url")
    with expected_errors():
        check_own_sessions(url)
        account = privileges.account_to_run_as(settings)
    if account is not None:
        privileges.drop(account.uid, account.gid)
    terminal = Terminal()
    with stopping_on_signals(terminal):
        terminal.line(f"Pump for the bus at {address}. Ctrl-C stops it.")
        run_until_signal(pump(url, address))

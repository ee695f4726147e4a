"""`roomtone drill`: faults on purpose."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from ..terminal import Terminal
from .group import cli
from .outcome import expected_errors, stopping_on_signals


@cli.command("drill")
@click.argument("names", nargs=-1, metavar="[NAME... | all]")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the results as JSON, progress to stderr."
)
def drill_command(names: tuple[str, ...], as_json: bool) -> None:
    """Cause faults on purpose, and count missed events.

    Without a name: list the drills. A drill starts its own database and relays, and changes nothing else.
    """
    from ..drill import report

    if not names:
        report.show_list(Console(highlight=False, soft_wrap=True))
        return
    try:
        drills = report.chosen(names)
    except KeyError as error:
        raise click.UsageError(f"There is no drill {error}. The list: roomtone drill") from None
    with stopping_on_signals(Terminal()), expected_errors():
        sys.exit(0 if report.run(drills, as_json=as_json) else 1)

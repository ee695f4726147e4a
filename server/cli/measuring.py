"""What all commands that measure have: a database, files for the report, and an end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..terminal import Terminal
from .options import Command, from_settings, settings_from
from .outcome import expected_errors, stopping_on_signals

if TYPE_CHECKING:
    from ..tools.command import Measuring, P, R


def measuring_options(command: Command) -> Command:
    """`--database-url`, `--json` and `--html`; `perform` is given all of them."""
    kind = click.Path(path_type=Path, dir_okay=False)
    figures = click.option("--json", "json_file", type=kind, help="Write all figures to this file.")
    report = click.option(
        "--html", "html_file", type=kind, help="Write the report with its charts to this file."
    )
    return from_settings("database_url")(figures(report(command)))


def perform(
    measuring: Measuring[P, R],
    plan: Callable[[], P],
    *,
    json_file: Path | None,
    html_file: Path | None,
    **given: Any,
) -> None:
    """Make the plan, run it, show the report and exit; without an exit status if it was stopped."""
    from ..tools.numbers import PlanError

    try:
        made = plan()
    except PlanError as error:
        raise click.UsageError(str(error)) from None
    with stopping_on_signals(Terminal()), expected_errors():
        sys.exit(measuring.perform(made, settings_from(given).database_url, json_file, html_file))

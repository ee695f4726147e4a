"""What all commands that measure have: the numbers of their plan, a database, files for the report, and an end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..terminal import Terminal
from .options import Command, from_settings, settings_from
from .outcome import BROKEN_OFF, expected_errors, stopping_on_signals

if TYPE_CHECKING:
    from ..tools.command import Measuring, P, R


def number(
    flag: str, default: float, help: str, *, sized: bool = False
) -> Callable[[Command], Command]:
    """One number of the plan, of the type of its default; `sized`: None if it was not typed, because `--quick` may have another."""
    words = f"{help} [{default:g}]"
    value = None if sized else default
    return click.option(flag, type=type(default), default=value, metavar="N", help=words)


def numbers(
    flag: str, default: str, help: str, *, sized: bool = False
) -> Callable[[Command], Command]:
    """Several whole numbers of the plan: there is a measurement for each; `sized` as in `number`."""

    def read(
        _context: click.Context, parameter: click.Parameter, text: str | None
    ) -> tuple[int, ...] | None:
        from ..tools.numbers import PlanError, numbers_of

        try:
            return None if text is None else numbers_of(str(parameter.name), text)
        except PlanError as error:
            raise click.UsageError(str(error)) from None

    words = f"{help} [{default}]"
    value = None if sized else default
    return click.option(flag, default=value, metavar="N,N,…", callback=read, help=words)


def repeated_options(quick: str, thorough: str, repetitions: int) -> Callable[[Command], Command]:
    """`--quick`, `--thorough`, `--repetitions`, `--seed` and `--csv`, of a command whose measurements are repeated."""
    options = (
        click.option("--quick", "size", flag_value="quick", help=quick),
        click.option("--thorough", "size", flag_value="thorough", help=thorough),
        number("--repetitions", repetitions, "Of each measurement.", sized=True),
        number("--seed", 1, "Orders the repetitions, and draws the intervals."),
        csv_option,
    )

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def of_size(plan: Callable[..., P], sizes: Mapping[str, Mapping[str, Any]]) -> Callable[..., P]:
    """A plan of the size that was asked for, in which the numbers that were typed count."""

    def made(size: str | None, **typed: Any) -> P:
        chosen = {} if size is None else dict(sizes[size])
        return plan(**chosen | {name: each for name, each in typed.items() if each is not None})

    return made


def measuring_options(command: Command) -> Command:
    """`--database-url`, `--json` and `--html`."""
    return from_settings("database_url")(report_options(command))


def csv_option(command: Command) -> Command:
    kind = click.Path(path_type=Path, dir_okay=False)
    words = "Write the figures as a table for spreadsheets to this file."
    return click.option("--csv", "csv_file", type=kind, help=words)(command)


def report_options(command: Command) -> Command:
    """`--json` and `--html`."""
    kind = click.Path(path_type=Path, dir_okay=False)
    figures = click.option("--json", "json_file", type=kind, help="Write all figures to this file.")
    report = click.option(
        "--html", "html_file", type=kind, help="Write the report with its charts to this file."
    )
    return figures(report(command))


def perform(
    measuring: Measuring[P, R],
    plan: Callable[..., P],
    *,
    json_file: Path | None,
    html_file: Path | None,
    database_url: str | None = None,
    database_url_file: Path | None = None,
    csv_file: Path | None = None,
    **numbers: Any,
) -> None:
    """Make the plan of these numbers, run it, show the report and exit; with status 130 if it was stopped."""
    from ..tools.numbers import PlanError

    try:
        made = plan(**numbers)
    except PlanError as error:
        raise click.UsageError(str(error)) from None
    given = {"database_url": database_url, "database_url_file": database_url_file}
    with stopping_on_signals(Terminal(), status=BROKEN_OFF), expected_errors():
        url = settings_from(given).database_url if measuring.takes_database else None
        sys.exit(measuring.perform(made, url, json_file, html_file, csv_file))

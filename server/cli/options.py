"""Settings as options of a command, made from the table in `settings_table.py`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from ..settings import Settings, SettingsError
from ..settings_options import Option, options, read_secret

Command = TypeVar("Command", bound=Callable[..., Any])


def from_settings(*names: str) -> Callable[[Command], Command]:
    """Add the settings with these names as options of a command; without names, all settings."""

    def decorate(command: Command) -> Command:
        chosen = [
            option for option in options() if not names or (option.file_of or option.name) in names
        ]
        for option in reversed(chosen):
            command = _click_option(option)(command)
        return command

    return decorate


def secret_file(flag: str, help: str) -> Callable[[Command], Command]:
    """An option for a file. The command gets the secret in it."""

    def read(_context: click.Context, _parameter: click.Parameter, file: Path | None) -> str | None:
        try:
            return None if file is None else read_secret(flag, file)
        except SettingsError as error:
            raise click.UsageError(str(error)) from None

    kind = click.Path(path_type=Path, dir_okay=False)
    return click.option(flag, type=kind, metavar="FILE", callback=read, help=help)


def _click_option(option: Option) -> Callable[[Command], Command]:
    kind: click.ParamType[Any] | type
    if option.choices:
        kind = click.Choice(option.choices)
    elif option.kind is int and option.at_least is not None:
        kind = click.IntRange(
            int(option.at_least), None if option.at_most is None else int(option.at_most)
        )
    elif option.kind is float:
        kind = click.FloatRange(option.at_least, option.at_most)
    elif option.file_of is not None:
        kind = click.Path(path_type=Path, dir_okay=False)
    elif option.kind is Path:
        kind = click.Path(path_type=Path, file_okay=False)
    else:
        kind = option.kind
    return click.option(
        option.usage,
        option.name,
        type=kind,
        multiple=option.many,
        default=None,
        envvar=list(option.environment),
        metavar=None if option.kind is bool or option.choices else _metavar(option),
        help=f"{option.help} [{option.default_text}]".replace("`", ""),
    )


def _metavar(option: Option) -> str:
    if option.file_of is not None:
        return "FILE"
    return {int: "N", float: "N", Path: "FOLDER"}.get(option.kind, "TEXT")


def given_twice(file_flag: str) -> str:
    """The refusal of a secret that is given directly and by this flag."""
    return f"{file_flag}: the secret is given directly as well; choose one of the two."


def named_by_database_url() -> bool:
    """Whether the database is named by DATABASE_URL alone, which a shell may have for other programs."""
    source = click.get_current_context().get_parameter_source("database_url")
    return source is ParameterSource.ENVIRONMENT and not os.environ.get("ROOMTONE_DATABASE_URL")


def settings_from(given: dict[str, Any]) -> Settings:
    """The settings from click's values. Options that were not given keep their default. Raises UsageError."""
    found = {name: value for name, value in given.items() if value not in (None, ())}
    try:
        for option in options():
            if option.file_of is not None and (file := found.pop(option.name, None)) is not None:
                if option.file_of in found:
                    raise SettingsError(given_twice(option.flag))
                found[option.file_of] = read_secret(option.flag, file)
        return Settings(**found)
    except SettingsError as error:
        raise click.UsageError(str(error)) from None

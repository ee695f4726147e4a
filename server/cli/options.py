"""Settings as options of a command: one table in `settings.py` makes both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..settings import Option, Settings, options

Command = TypeVar("Command", bound=Callable[..., Any])


def from_settings(*names: str) -> Callable[[Command], Command]:
    """Give a command the settings with these names, or all of them, as options."""

    def decorate(command: Command) -> Command:
        chosen = [option for option in options() if not names or option.name in names]
        for option in reversed(chosen):
            command = _click_option(option)(command)
        return command

    return decorate


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
    return {int: "N", float: "N", Path: "FOLDER"}.get(option.kind, "TEXT")


def settings_from(given: dict[str, Any]) -> Settings:
    """Settings from what click found; what was not given keeps its default."""
    return Settings(**{name: value for name, value in given.items() if value not in (None, ())})

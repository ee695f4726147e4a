"""The settings as options: how the command line and docs/settings.md see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from .settings import Settings, SettingsError


@dataclass(frozen=True)
class Option:
    """A setting as an option of the command line, and as a row of the reference."""

    name: str
    kind: type[str] | type[int] | type[float] | type[bool] | type[Path]
    many: bool
    optional: bool
    choices: tuple[str, ...]
    default: object
    default_text: str
    help: str
    environment: tuple[str, ...]
    secret: bool
    at_least: float | None
    at_most: float | None
    file_of: str | None = None

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def usage(self) -> str:
        """The flag on the command line: `--port`, `--demo/--no-demo`."""
        if self.kind is bool:
            return f"{self.flag}/--no-{self.name.replace('_', '-')}"
        return self.flag


def options() -> Iterator[Option]:
    """All options, in the order of the table. After each secret comes the option for a file that contains it."""
    hints = get_type_hints(Settings)
    for row in fields(Settings):
        option = _option(row, hints[row.name])
        yield option
        if option.secret:
            yield _file_of(option)


def _file_of(secret: Option) -> Option:
    name = f"{secret.name}_file"
    return replace(
        secret,
        name=name,
        kind=Path,
        default=None,
        default_text="none",
        help=f"Path of a file that contains the value of `{secret.flag}`.",
        environment=(f"ROOMTONE_{name.upper()}",),
        secret=False,
        file_of=secret.name,
    )


def read_secret(flag: str, file: Path) -> str:
    """The secret in this file, without the line break at its end. Raises SettingsError."""
    try:
        secret = file.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(f"{flag}: {file} cannot be read: {reason}.") from None
    if not secret:
        raise SettingsError(f"{flag}: {file} is empty.")
    return secret


def _option(row: Field[Any], hint: Any) -> Option:
    arguments = get_args(hint)
    choices: tuple[str, ...] = ()
    many = get_origin(hint) is tuple
    optional = type(None) in arguments
    one = arguments[0] if optional or many else hint
    if get_origin(one) is Literal:
        kind, choices = str, get_args(one)
    else:
        kind = one
    default = row.default if row.default is not MISSING else None
    also = row.metadata["also"]
    return Option(
        name=row.name,
        kind=kind,
        many=many,
        optional=optional,
        choices=choices,
        default=default,
        default_text=row.metadata["default_text"] or _plain(default),
        help=row.metadata["help"],
        environment=(f"ROOMTONE_{row.name.upper()}", *([also] if also else [])),
        secret=row.metadata["secret"],
        at_least=row.metadata["at_least"],
        at_most=row.metadata["at_most"],
    )


def _plain(value: object) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return " ".join(f"`{item}`" for item in value)
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"

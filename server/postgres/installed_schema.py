"""What is installed in a database, and whether this release may run with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import psycopg
from psycopg import errors

from .. import __version__
from .preflight import InstallError
from .schema_files import REVISION
from .single_value import single_value

ALIVE: Final = "heartbeat_at > clock_timestamp() - interval '10 seconds'"
"""Of a process in `nodes` that may still be running: one that was killed counts for ten seconds."""

NEWEST_ROW: Final = (
    "from roomtone.schema_installs where isfinite(installed_at) order by installed_at desc limit 1"
)
NEWEST: Final = f"select fingerprint, version, revision, oldest_relay, files {NEWEST_ROW}"
OF_0_1_0: Final = (
    "select fingerprint, version from roomtone.schema_installs order by installed_at desc limit 1"
)
FOR_RELAY: Final = (
    "select fingerprint, version, revision, oldest_relay from roomtone.schema_version()"
)


@dataclass(frozen=True)
class InstalledSchema:
    """The newest row of `schema_installs`. The relay's login may not read `files`."""

    fingerprint: str
    version: str
    revision: int = 1
    oldest_relay: int = 1
    files: dict[str, str] = field(default_factory=dict)

    def check_newer(self) -> None:
        """Raises InstallError if the schema is of a newer release, which does not serve this one any more."""
        if self.revision > REVISION and self.oldest_relay > REVISION:
            raise InstallError(
                f"The schema in this database is that of Roomtone {self.version}, which does not serve release {__version__}"
                " any more. Run that release, or a newer one."
            )


def installed_schema(connection: psycopg.Connection, *, as_relay: bool) -> InstalledSchema | None:
    """What is installed; None if nothing is."""
    for query in (FOR_RELAY,) if as_relay else (NEWEST, OF_0_1_0):
        try:
            with connection.transaction():  # which a failed statement ends, and no other
                row = connection.execute(query.encode()).fetchone()
        except errors.UndefinedColumn:
            continue  # a database of release 0.1.0
        except (
            errors.UndefinedTable,
            errors.UndefinedFunction,
            errors.InvalidSchemaName,
            errors.InsufficientPrivilege,
        ):
            return None
        return None if row is None or row[0] is None else InstalledSchema(*row)
    return None


def older_processes(connection: psycopg.Connection) -> int:
    """How many relays, media nodes and bots of an older release may be running."""
    row = connection.execute(
        "select count(*) filter (where attname = 'revision'), count(*) from pg_attribute"
        " where attrelid = to_regclass('roomtone.nodes') and attnum > 0 and not attisdropped"
    ).fetchone()
    said, columns = row or (0, 0)
    if not columns:
        return 0
    older = f"revision < {REVISION}" if said else "true"  # those of 0.1.0 do not say their revision
    return int(
        single_value(connection, f"select count(*) from roomtone.nodes where {older} and {ALIVE}")
    )


def now(connection: psycopg.Connection) -> datetime:
    """The server's time."""
    return datetime.fromisoformat(str(single_value(connection, "select clock_timestamp()")))


def shift_heartbeats(connection: psycopg.Connection, locked_at: datetime) -> None:
    """Add to each heartbeat how long the tables were locked: nobody could write one, and who was alive still is."""
    if single_value(connection, "select to_regclass('roomtone.nodes')") is not None:
        connection.execute(
            "update roomtone.nodes set heartbeat_at = heartbeat_at + (clock_timestamp() - %s) where true",
            (locked_at,),
        )

"""A PostgreSQL for a drill or a measurement: an embedded server in a temporary folder, and a new database for each drill or run."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, Final, Self

import psutil
import psycopg
from psycopg import sql

from ..postgres.embedded import SOCKET_NAME, EmbeddedPostgres
from ..postgres.install import install
from ..postgres.programs import DATABASE, socket_url
from .abandoned import owned, remove_abandoned
from .standby import Standby
from .waiting import PATIENCE

STOPS_WITHIN: Final = 60.0  # seconds
FOLDERS: Final = Path("/tmp")
PREFIX: Final = "roomtone-run-"
OPERATOR: Final[dict[str, Any]] = {"autocommit": True, "options": "-c search_path=roomtone,public"}
"""How an operator's session is opened in which tables are named without their schema."""

_numbers = count(1)


def has_ended(process: psutil.Process) -> bool:
    """Also when its parent does not take its status, as the first process of a container may not."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class DatabaseServer:
    """A running PostgreSQL whose database `roomtone` has the schema and no rows; it is the template of the other databases.

    `durable` as in `EmbeddedPostgres`: drills about crashes need it, the others are faster without it. With `empty`, its database has no schema. Its data is in the folder
    `data`; by default in a temporary one. What a killed process left of such servers is stopped and removed first.
    """

    def __init__(
        self,
        *,
        durable: bool = False,
        empty: bool = False,
        data: Path | None = None,
        on_progress: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.durable = durable
        self._empty = empty
        self._data = data
        self._on_progress = on_progress
        self._postgres: EmbeddedPostgres

    def __enter__(self) -> Self:
        # /tmp, because PostgreSQL's own account may enter it and a socket's path is short there
        remove_abandoned(FOLDERS, PREFIX)
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=FOLDERS))
        self._owner = owned(self.folder)
        self.folder.chmod(0o711)
        self._place = self._data or self.folder / "data"
        try:
            self._on_progress("starting PostgreSQL")
            self.start()
            if self._empty:
                return self
            install(self._postgres.url, demo=False, on_progress=self._on_progress)
            with psycopg.connect(self._postgres.url, autocommit=True) as connection:
                # Each database of a run is new, and not a copy of one in use.
                connection.execute("delete from roomtone.database_marks where true")
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._remove()

    def _remove(self) -> None:
        if hasattr(self, "_postgres"):
            self._postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._owner.close()

    def start(self) -> None:
        """Start the server, after a crash too."""
        self.up = True  # from now on it may accept connections
        started = EmbeddedPostgres(self._place, durable=self.durable)
        started.__enter__()
        self._postgres = (
            started  # until now others may have asked for the address of the one before
        )

    def crash(self) -> None:
        """Immediate shutdown: no checkpoint, clients are cut off (PostgreSQL manual, 18.5, SIGQUIT)."""
        os.kill(self.pid, signal.SIGQUIT)
        self.wait_until_down()

    def kill(self) -> None:
        """SIGKILL to all its processes: what was in no file yet is lost, such as the end of the write-ahead log. Raises TimeoutError."""
        first = psutil.Process(self.pid)
        first.suspend()  # it would start processes again while they end
        every = [*first.children(recursive=True), first]
        for process in every:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        deadline = time.monotonic() + STOPS_WITHIN
        while not all(map(has_ended, every)):
            if time.monotonic() > deadline:
                raise TimeoutError("the killed PostgreSQL did not end")
            time.sleep(0.02)
        # They name its first process, and while its status is not taken, PostgreSQL believes that it runs.
        for lock in (self._pid_file, self.sockets / f"{SOCKET_NAME}.lock"):
            lock.unlink(missing_ok=True)
        self.up = False

    def restart(self) -> None:
        """Stop it in order, which ends all sessions, and start it again."""
        self.up = False
        self._postgres.stop()
        self.start()

    @property
    def pid(self) -> int:
        """Of its first process, the parent of all others."""
        return int(self._pid_file.read_text().split()[0])

    @property
    def _pid_file(self) -> Path:
        return self._place / "postgres" / "postmaster.pid"

    @property
    def has_ended(self) -> bool:
        return not self._pid_file.exists()

    def wait_until_down(self) -> None:
        """Return when the server has ended. Raises TimeoutError."""
        deadline = time.monotonic() + STOPS_WITHIN
        while not self.has_ended:
            if time.monotonic() > deadline:
                raise TimeoutError("PostgreSQL did not stop")
            time.sleep(0.02)
        self.up = False

    def new_standby(self) -> Standby:
        """A second server that replicates this one, not yet started."""
        place = self.folder / f"standby-{next(_numbers)}"
        return Standby(place, self._postgres.sockets, durable=self.durable)

    def replace_by(self, promoted: Standby) -> None:
        """From now on this is the server; the one before has crashed."""
        self._postgres.stop()
        self._postgres, self._place, self.up = promoted, promoted.data_dir, True

    def new_database(self, template: str = DATABASE) -> str:
        """A fresh copy; its name."""
        name = f"run_{next(_numbers)}"
        with self._administrator() as connection:
            copy = sql.Identifier(name)
            original = sql.Identifier(template)
            # Files are copied as they are: to write them to the log takes twice the processor time.
            connection.execute(
                sql.SQL("create database {} template {} strategy file_copy").format(copy, original)
            )
        return name

    def drop(self, name: str) -> None:
        with self._administrator() as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            )

    @property
    def sockets(self) -> Path:
        """The folder of its socket."""
        return self._postgres.sockets

    def url(self, database: str, *, user: str = "postgres") -> str:
        return socket_url(self._postgres.sockets, user=user, database=database)

    def _administrator(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            self.url("postgres"),
            autocommit=True,
            # To create or drop a database waits for every session of the server.
            options=f"-c statement_timeout={PATIENCE:g}s",
            connect_timeout=int(STOPS_WITHIN),
        )

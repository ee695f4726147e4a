"""The embedded PostgreSQL: the programs of a wheel, a folder of data, a Unix socket.

It does not listen on the network. Only the owner of the data may enter the socket's folder, and may log in as any role;
`roomtone psql` does so, too.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

import psutil
import psycopg

from ..paths import ROOT_DATA
from .account import Account, AccountError, account_for
from .embedded_log import EmbeddedLog
from .embedded_settings import NOT_DURABLE, SETTINGS
from .programs import (
    DATABASE,
    PORT,
    SUPERUSER,
    VERSION,
    WHEEL,
    EmbeddedError,
    bin_dir,
    psql_command,
    socket_url,
)
from .roles import RELAY_ROLE

NOT_NEEDED_TO_RUN = shutil.ignore_patterns("include", "*.a", "pkgconfig")
SOCKET_NAME = f".s.PGSQL.{PORT}"
SOCKET_PATH_LIMIT = 103  # sockaddr_un: 108 bytes on Linux, 104 on macOS, one of them NUL

START_PATIENCE = 60  # seconds; after a crash it replays its write-ahead log first
STOP_PATIENCE = 3  # seconds; after that it finishes its checkpoint in the background


class EmbeddedPostgres:
    """A running PostgreSQL, for as long as the `with` block lasts.

    `durable=False` is faster and loses data in a power cut: only for tests. Entering raises EmbeddedError. A server that a
    killed process left behind is stopped first.
    """

    # the same order and case rules on every machine, for every letter
    locale: ClassVar[tuple[str, ...]] = (
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
    )

    def __init__(
        self,
        data_dir: Path,
        *,
        durable: bool = True,
        on_progress: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self._data = self.data_dir / "postgres"
        self._log = EmbeddedLog(self._data)
        self._durable = durable
        self._on_progress = on_progress
        self._temporary_sockets: Path | None = None
        self._account: Account
        self._programs: Path
        self.sockets: Path

    @property
    def url(self) -> str:
        """The database `roomtone`, as its superuser."""
        return socket_url(self.sockets)

    @property
    def relay_url(self) -> str:
        """The database `roomtone`, as the relay's own login."""
        return socket_url(self.sockets, user=RELAY_ROLE)

    @property
    def psql(self) -> list[str]:
        return psql_command(self.url)

    def __enter__(self) -> Self:
        try:
            self._prepare()
            self._stop_leftover()
            if not (self._data / "PG_VERSION").exists():
                self._on_progress("preparing a new database")
                self._initialise()
            self.start()
            self._log.start()
        except (AccountError, OSError) as error:
            self._remove_temporary_sockets()
            raise EmbeddedError(str(error)) from error
        except BaseException:
            self.stop()
            raise
        try:
            self._create_database()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop it fast: sessions end, their transactions are rolled back, committed data is safe.

        If its checkpoint takes longer than STOP_PATIENCE, PostgreSQL finishes it and ends by itself.
        """
        self._log.stop()
        if (self._data / "postmaster.pid").exists():
            self._pg_ctl("stop", "--mode=fast", f"--timeout={STOP_PATIENCE}")
        self._remove_temporary_sockets()

    def runs(self) -> bool:
        """Whether the server process is there. When it ends it removes its file, but not when it is killed."""
        try:
            pid = int((self._data / "postmaster.pid").read_text(encoding="ascii").split()[0])
            server = psutil.Process(pid)
            return bool(server.name() == "postgres" and server.status() != psutil.STATUS_ZOMBIE)
        except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
            return False

    def _prepare(self) -> None:
        """Folders and programs that the account can reach."""
        self._account = account_for(self._data)
        if not self._account.reaches(self.data_dir):
            raise AccountError(
                f"PostgreSQL does not run as root, and its own account cannot enter"
                f" {self.data_dir.parent}. Choose a --data-dir that everyone may enter,"
                f" such as {ROOT_DATA}."
            )
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if not self._account.is_me:
            # it was named as the data directory, so its mode may be changed
            self.data_dir.chmod(self.data_dir.stat().st_mode | 0o111)
        self._account.give(self._data)
        self._check_version()
        self._programs = self._reachable_programs()
        self.sockets = self._socket_dir()

    def _check_version(self) -> None:
        marker = self._data / "PG_VERSION"
        if marker.exists() and marker.read_text(encoding="ascii").strip() != VERSION:
            raise EmbeddedError(
                f"{self.data_dir} was made by PostgreSQL {marker.read_text(encoding='ascii').strip()};"
                f" this is PostgreSQL {VERSION}. Choose another --data-dir."
            )

    def _reachable_programs(self) -> Path:
        """The wheel's programs, or a copy of them when the environment is inside a private folder."""
        programs = bin_dir()
        if self._account.reaches(programs / "postgres"):
            return programs
        package = programs.parents[1]
        copy = ROOT_DATA / "programs" / f"{package.name}-{metadata.version(WHEEL)}"
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            fresh = Path(tempfile.mkdtemp(dir=copy.parent))
            # the wheel's layout is kept, because the programs find their libraries by it
            for folder in (programs.parent, package.with_name(f"{package.name}.libs")):
                if folder.is_dir():
                    target = fresh / folder.relative_to(package.parent)
                    shutil.copytree(folder, target, symlinks=True, ignore=NOT_NEEDED_TO_RUN)
            fresh.chmod(0o755)
            try:
                fresh.rename(copy)
            except OSError:  # another process made the copy first
                shutil.rmtree(fresh)
        return copy / programs.relative_to(package.parent)

    def _socket_dir(self) -> Path:
        """Beside the data, or in a temporary folder when that path cannot name a socket.

        It may be too long, or contain a comma, at which clients and the server split it.
        """
        beside = os.fsencode(self._data / SOCKET_NAME)
        if len(beside) <= SOCKET_PATH_LIMIT and b"," not in beside:
            return self._data
        self._temporary_sockets = Path(tempfile.mkdtemp(prefix="roomtone-", dir="/tmp"))
        self._account.give(self._temporary_sockets)
        return self._temporary_sockets

    def _remove_temporary_sockets(self) -> None:
        if self._temporary_sockets is not None:
            shutil.rmtree(self._temporary_sockets, ignore_errors=True)
            self._temporary_sockets = None

    def _stop_leftover(self) -> None:
        """Stop the PostgreSQL that a killed Roomtone left behind. Only for the holder of the data directory's lock."""
        pid_file = self._data / "postmaster.pid"
        if not pid_file.exists():
            return
        lines = pid_file.read_text(encoding="utf-8", errors="replace").splitlines()
        sockets = lines[4].strip() if len(lines) > 4 else ""
        # pg_ctl may signal that pid only if a server answers there: the system uses pids again
        if sockets and self._answers(Path(sockets)):
            self._on_progress("stopping the PostgreSQL of a Roomtone that was killed")
            self._pg_ctl("stop", "--mode=fast", f"--timeout={START_PATIENCE}")
            if Path(sockets) != self._data:
                shutil.rmtree(sockets, ignore_errors=True)

    def _answers(self, sockets: Path) -> bool:
        url = socket_url(sockets, database="postgres")
        return psycopg.pq.PGconn.ping(url.encode()) in (
            psycopg.pq.Ping.OK,
            psycopg.pq.Ping.REJECT,
        )

    def _initialise(self) -> None:
        self._account.require_name()
        self._run(
            "initdb",
            f"--pgdata={self._data}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            *self.locale,
            "--no-instructions",
            *([] if self._durable else ["--no-sync"]),
        )

    def start(self) -> None:
        """Start the server, also when it has ended by itself. Raises EmbeddedError."""
        settings = {**SETTINGS, **({} if self._durable else NOT_DURABLE)}
        settings["unix_socket_directories"] = str(self.sockets)
        self._log.clear()
        switches = " ".join(f"-c {name}={_quoted(value)}" for name, value in settings.items())
        started = self._pg_ctl(
            "start",
            f"--timeout={START_PATIENCE}",
            f"--log={self._log.starting}",
            f"--options={switches}",
        )
        if started != 0:
            lines = self._log.last_lines()
            raise EmbeddedError(f"PostgreSQL did not start. The end of its log:\n{lines}")

    def _create_database(self) -> None:
        with psycopg.connect(
            socket_url(self.sockets, database="postgres"), autocommit=True
        ) as connection:
            found = connection.execute(
                "select from pg_catalog.pg_database where datname = %s", (DATABASE,)
            )
            if found.fetchone() is None:
                connection.execute(f"create database {DATABASE}")

    def _run(self, program: str, *arguments: str) -> None:
        done = self._account.run([self._programs / program, *arguments], cwd=self._data)
        if done.returncode != 0:
            raise EmbeddedError(f"{program} failed: {done.stderr.strip()}")

    def _pg_ctl(self, action: str, *arguments: str) -> int:
        command: Sequence[str | Path] = [
            self._programs / "pg_ctl",
            action,
            f"--pgdata={self._data}",
            "--silent",
            *arguments,
        ]
        return self._account.run(command, cwd=self._data).returncode


def _quoted(value: str) -> str:
    """One word for the shell that pg_ctl starts the server with."""
    return "'" + value.replace("'", "'\\''") + "'"

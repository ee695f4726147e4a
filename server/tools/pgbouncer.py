"""PgBouncer in transaction mode before a PostgreSQL of a run, which can be killed and started again on the same port."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from .processes import free_port, installed

STARTS_WITHIN: Final = 60.0  # seconds
CONFIGURATION: Final = """
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = 3
"""


def program() -> str | None:
    """Where it is; None if it is not installed."""
    return installed("pgbouncer")


class PgBouncer:
    """On loopback, before the server of `database_url`; its files are in `folder`. It is open to these logins."""

    def __init__(self, database_url: str, folder: Path, *logins: str) -> None:
        server = conninfo_to_dict(database_url)
        self._port = free_port()
        self._socket = Path(str(server["host"]))
        self._file, self._log = folder / "pgbouncer.ini", folder / "pgbouncer.log"
        self.url = make_conninfo(database_url, host="127.0.0.1", port=self._port)
        self._process: subprocess.Popen[bytes] | None = None
        users = folder / "users.txt"
        users.write_text("".join(f'"{login}" ""\n' for login in logins))
        self._file.write_text(
            CONFIGURATION.format(
                host=self._socket, port=server["port"], listen=self._port, users=users
            )
        )

    def start(self) -> None:
        """Returns when it answers. Raises RuntimeError."""
        found = program()
        if found is None:
            raise RuntimeError("pgbouncer is not installed")
        # It refuses to be root, and a socket's folder may be open to its owner alone.
        account = ["-u", self._socket.owner()] if os.geteuid() == 0 else []
        command = [found, "-q", *account, str(self._file)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), 1.0).close()
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(
                        f"pgbouncer did not start: {self._log.read_text()}"
                    ) from None
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def pgbouncer(database_url: str, folder: Path, *logins: str) -> Iterator[PgBouncer]:
    """One that runs until the block ends. Raises RuntimeError."""
    pooler = PgBouncer(database_url, folder, *logins)
    try:
        pooler.start()
        yield pooler
    finally:
        pooler.kill()

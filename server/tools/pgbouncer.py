"""PgBouncer in transaction mode before a PostgreSQL of a run."""

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


@contextmanager
def pgbouncer(database_url: str, folder: Path, *logins: str) -> Iterator[str]:
    """One until the block ends: the address of the same database through it. It is open to these logins. Raises RuntimeError."""
    found = installed("pgbouncer")
    if found is None:
        raise RuntimeError("pgbouncer is not installed")
    server, listen = conninfo_to_dict(database_url), free_port()
    users, file = folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text("".join(f'"{login}" ""\n' for login in logins))
    host, port = str(server["host"]), server["port"]
    file.write_text(CONFIGURATION.format(host=host, port=port, listen=listen, users=users))
    # It refuses to be root, and a socket's folder may be open to its owner alone.
    account = ["-u", Path(host).owner()] if os.geteuid() == 0 else []
    with (folder / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen(
            [found, "-q", *account, str(file)], stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_for(process, listen, folder / "pgbouncer.log")
        yield make_conninfo(database_url, host="127.0.0.1", port=listen)
    finally:
        process.kill()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"pgbouncer did not start: {log.read_text()}") from None
            time.sleep(0.02)
        else:
            return

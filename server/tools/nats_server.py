"""A NATS server of a run, which can be killed, frozen and started again on the same port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from .processes import free_port, installed

STARTS_WITHIN: Final = 60.0  # seconds


def program() -> str | None:
    """Where it is; None if it is not installed."""
    return installed("nats-server")


class NatsServer:
    """On loopback. `configuration` is a file of NATS's own settings."""

    def __init__(self, configuration: Path | None = None) -> None:
        self.port = free_port()
        self._flags = [] if configuration is None else ["-c", str(configuration)]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it answers. Raises RuntimeError."""
        found = program()
        if found is None:
            raise RuntimeError("nats-server is not installed")
        command = [found, "-a", "127.0.0.1", "-p", str(self.port), *self._flags]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + STARTS_WITHIN
        while True:
            with (
                suppress(OSError),
                socket.create_connection(("127.0.0.1", self.port), 1.0) as connection,
            ):
                connection.settimeout(STARTS_WITHIN)
                if connection.recv(4) == b"INFO":
                    return
            # Another server may listen there, which answers something else.
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("nats-server did not start")
            time.sleep(0.02)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """It keeps its connections, and answers nothing."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)


@contextmanager
def nats_server(configuration: Path | None = None) -> Iterator[NatsServer]:
    """One that runs until the block ends."""
    server = NatsServer(configuration)
    server.start()
    try:
        yield server
    finally:
        server.kill()

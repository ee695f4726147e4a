"""Child processes of the relay, the house band, the media nodes and an edge: started with it, restarted when they die, ended with it.

They are processes of their own, so that relays need not import what audio needs, and audio delays no event.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Final

from .backoff import backoff
from .bus.address import BusAddress
from .media.edge.installed_janus import missing
from .postgres.account import Account
from .settings import Settings

STOPS_WITHIN: Final = 4.0
"""Seconds in which all of them end. A node leaves its rooms (`ENDS_WITHIN`) and ends its lease, which takes long on a busy machine only;
the rooms of one that is killed move when its heartbeats are missed."""

STEADY_AFTER: Final = 30.0  # seconds; a process that ran this long has recovered

SENT_SETTINGS: Final = (
    "ice_servers", "turn_uris", "turn_secret", "turn_ttl", "ice_transport_policy", "log_format", "log_level", "host",
    "media_networks",
)  # fmt: skip
"""The settings that such a process needs."""

logger = logging.getLogger(__name__)


class ChildProcess:
    """`start` it when the relay serves. `python -m` runs `module`, which reads its input as a line of JSON."""

    def __init__(
        self, name: str, module: str, settings: Settings, database_url: str, **more: object
    ) -> None:
        self.name = name
        self._module = module
        sent = {each: getattr(settings, each) for each in SENT_SETTINGS}
        self._input = json.dumps({"url": database_url, "settings": sent, **more}) + "\n"
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self.process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._keep_running, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def terminate(self) -> None:
        """Ask it to end, once, without waiting."""
        with self._lock:
            if not self._stopping.is_set() and self.process is not None:
                self.process.terminate()
            self._stopping.set()

    def stop(self, within: float = STOPS_WITHIN) -> None:
        """Ask it to end, unless `terminate` did. Give it time to leave its rooms, in seconds, then kill it."""
        self.terminate()
        process = self.process
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(within)
            process.kill()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def _keep_running(self) -> None:
        attempt = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._run()
            except Exception:
                # For example no memory for another process: only this thread can try again.
                logger.exception("%s could not be started", self.name)
            if self._stopping.is_set():
                return
            logger.error("%s stopped; starting it again", self.name)
            # 1 2 4 8 16 32 60 60 … seconds, each times 0.5 to 1
            attempt = 0 if time.monotonic() - began > STEADY_AFTER else attempt
            self._stopping.wait(backoff(attempt, base=1.0, most=60.0))
            attempt += 1

    def _run(self) -> None:
        """Run the process to its end."""
        with self._lock:
            if self._stopping.is_set():
                return
            process = subprocess.Popen(
                [sys.executable, "-m", f"{__package__}.{self._module}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
                start_new_session=True,  # Ctrl-C reaches only the relay, which then stops it
            )
            self.process = process
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.write(self._input)
            process.stdin.flush()
        process.wait()  # its input stays open; when the relay dies it ends, and the process with it
        with suppress(OSError):
            process.stdin.close()


@contextmanager
def child_processes(
    settings: Settings, database_url: str, account: Account | None = None
) -> Iterator[list[ChildProcess]]:
    """The child processes of this relay, not started yet; they end with the block."""
    made = []
    owner = None if account is None else (account.uid, account.gid)
    if settings.band_plays:
        made.append(
            ChildProcess("the house band", "media.band", settings, database_url, account=owner)
        )
    address = BusAddress.of(settings)
    if address is not None and settings.pump:
        made.append(
            ChildProcess(
                "the pump", "bus", settings, database_url, account=owner, bus=asdict(address)
            )
        )
    if settings.nodes:
        made += [
            ChildProcess(
                f"the {kind.upper()} node",
                "media.node",
                settings,
                database_url,
                account=owner,
                kind=kind,
                recordings=str(settings.recordings),
            )
            for kind in ("sfu", "mcu")
        ]
        if missing() is None:
            made.append(
                ChildProcess("the edge", "media.edge", settings, database_url, account=owner)
            )
    try:
        yield made
    finally:
        for each in made:
            each.terminate()
        deadline = time.monotonic() + STOPS_WITHIN
        for each in made:
            each.stop(max(0.0, deadline - time.monotonic()))

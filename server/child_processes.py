"""Processes beside the relay, of the house band and of media nodes: started with it, again when they die, ended with it.

Processes of their own, so that no relay imports what audio needs, and no audio keeps an event from its readers.
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
from typing import Final

from .postgres.account import Account
from .settings import Settings

STOPS_WITHIN: Final = 2.0  # seconds
SHORTEST, LONGEST = 1.0, 60.0  # seconds of back-off
STEADY_AFTER: Final = 30.0  # seconds; who lived this long is started again at once

TOLD: Final = (
    "ice_servers", "turn_uris", "turn_secret", "turn_ttl", "ice_transport_policy", "log_level", "host",
    "media_networks",
)  # fmt: skip
"""The settings that such a process needs to know."""

logger = logging.getLogger(__name__)


class Companion:
    """`start` it when the relay is there. `module` runs it; what it is told comes in as a line of JSON."""

    def __init__(
        self, name: str, module: str, settings: Settings, database_url: str, **more: object
    ) -> None:
        self.name = name
        self._module = module
        told = {each: getattr(settings, each) for each in TOLD}
        self._told = json.dumps({"url": database_url, "settings": told, **more}) + "\n"
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self.process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._keep_running, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def tell(self) -> None:
        """Ask it to end, without waiting."""
        self._stopping.set()
        with self._lock:
            if self.process is not None:
                self.process.terminate()

    def stop(self) -> None:
        """Let it leave its rooms, and see that it does."""
        self.tell()
        process = self.process
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOPS_WITHIN)
            process.kill()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def _keep_running(self) -> None:
        pause = SHORTEST
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._run()
            except Exception:
                # No memory for another process, say: this thread is all that will try again.
                logger.exception("%s could not be started", self.name)
            if self._stopping.is_set():
                return
            logger.error("%s stopped; starting it again", self.name)
            # 1 2 4 8 16 32 60 60 … seconds
            pause = SHORTEST if time.monotonic() - began > STEADY_AFTER else min(LONGEST, 2 * pause)
            self._stopping.wait(pause)

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
                start_new_session=True,  # Ctrl-C is for the relay, which then stops it
            )
            self.process = process
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.write(self._told)
            process.stdin.flush()
        process.wait()  # its input stays open until then: the end of it is the end of the relay
        with suppress(OSError):
            process.stdin.close()


@contextmanager
def companions(
    settings: Settings, database_url: str, account: Account | None = None
) -> Iterator[list[Companion]]:
    """Those that belong to this relay, not started yet; they end with the block."""
    made = []
    owner = None if account is None else (account.uid, account.gid)
    if settings.band_plays:
        made.append(
            Companion("the house band", "media.band", settings, database_url, account=owner)
        )
    if settings.nodes:
        made += [
            Companion(
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
    try:
        yield made
    finally:
        for each in made:
            each.tell()
        for each in made:
            each.stop()

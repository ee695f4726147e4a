"""The house band's process: started beside the relay, started again when it dies, ended with it.

A process of its own, so that no relay imports what audio needs, and no music keeps an event from its readers.
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

from .settings import Settings

STOPS_WITHIN: Final = 2.0  # seconds
SHORTEST, LONGEST = 1.0, 60.0  # seconds of back-off
STEADY_AFTER: Final = 30.0  # seconds; who lived this long is started again at once

TOLD: Final = (
    "ice_servers", "turn_uris", "turn_secret", "turn_ttl", "ice_transport_policy", "log_level",
)  # fmt: skip
"""The settings the band needs to know."""

logger = logging.getLogger(__name__)


class Band:
    """`start` it when there is somewhere to play; made by `house_band`."""

    def __init__(self, settings: Settings, database_url: str) -> None:
        told = {name: getattr(settings, name) for name in TOLD}
        self._told = json.dumps({"url": database_url, "settings": told}) + "\n"
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self.process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._keep_playing, name="band", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the band leave its room, and see that it does."""
        self._stopping.set()
        with self._lock:
            process = self.process
        if process is not None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOPS_WITHIN)
            process.kill()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def _keep_playing(self) -> None:
        pause = SHORTEST
        while not self._stopping.is_set():
            began = time.monotonic()
            self._play()
            if self._stopping.is_set():
                return
            logger.error("the house band stopped playing; starting it again")
            # 1 2 4 8 16 32 60 60 … seconds
            pause = SHORTEST if time.monotonic() - began > STEADY_AFTER else min(LONGEST, 2 * pause)
            self._stopping.wait(pause)

    def _play(self) -> None:
        """Run the process to its end."""
        with self._lock:
            if self._stopping.is_set():
                return
            process = subprocess.Popen(
                [sys.executable, "-m", f"{__package__}.media.band"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
                start_new_session=True,  # Ctrl-C is for the relay, which then stops the band
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
def house_band(settings: Settings, database_url: str) -> Iterator[Band | None]:
    """The band, if there is to be one; it stops playing at the end of the block."""
    if not settings.band_plays:
        yield None
        return
    band = Band(settings, database_url)
    try:
        yield band
    finally:
        band.stop()

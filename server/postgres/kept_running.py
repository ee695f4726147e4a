"""Starts the embedded PostgreSQL again when it ended by itself, for example because its disk was full."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ..backoff import backoff
from .account import AccountError
from .embedded import EmbeddedPostgres
from .programs import EmbeddedError

LOOK_EVERY: Final = 1.0  # seconds
STOPS_WITHIN: Final = 5.0  # seconds; a start may take longer

log = logging.getLogger(__name__)


@contextmanager
def kept_running(postgres: EmbeddedPostgres) -> Iterator[None]:
    """While the block runs, a thread looks whether this server runs, and starts it again with a growing pause."""
    stopping = threading.Event()
    watch = threading.Thread(
        target=_watch, args=(postgres, stopping), name="embedded PostgreSQL", daemon=True
    )
    watch.start()
    try:
        yield
    finally:
        stopping.set()
        watch.join(STOPS_WITHIN)


def _watch(postgres: EmbeddedPostgres, stopping: threading.Event) -> None:
    attempt = 0
    # 1 2 4 8 16 30 30 … seconds, each times 0.5 to 1
    while not stopping.wait(
        LOOK_EVERY if not attempt else backoff(attempt - 1, base=1.0, most=30.0)
    ):
        try:
            if postgres.runs():
                attempt = 0
                continue
            log.error("PostgreSQL has ended by itself; starting it again")
            postgres.start()
        except (AccountError, EmbeddedError, OSError) as error:
            log.error("PostgreSQL could not be started: %s", error)
            attempt += 1
        else:
            log.error("PostgreSQL runs again")

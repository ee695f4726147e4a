"""The embedded database, for a command that starts no relay."""

from __future__ import annotations

from contextlib import ExitStack

from ..postgres.embedded import EmbeddedPostgres
from ..postgres.lock import data_dir_lock
from ..postgres.login import Progress
from ..settings import Settings
from .outcome import make_private


def embedded_database(settings: Settings, stack: ExitStack, progress: Progress) -> str:
    """Its connection URL. It runs until `stack` ends, and no other process uses it meanwhile."""
    make_private(settings.data_dir)
    stack.enter_context(data_dir_lock(settings.data_dir))
    return stack.enter_context(EmbeddedPostgres(settings.data_dir, on_progress=progress)).url

"""A standby of a run: a second PostgreSQL that replicates a first one by streaming, and can take over."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..postgres.embedded import SOCKET_NAME, EmbeddedPostgres
from ..postgres.programs import SUPERUSER, EmbeddedError

PROMOTES_WITHIN: Final = 60  # seconds


class Standby(EmbeddedPostgres):
    """Made by pg_basebackup from the server with these sockets. `durable` as in `EmbeddedPostgres`."""

    def __init__(self, data_dir: Path, primary: Path, *, durable: bool) -> None:
        super().__init__(data_dir, durable=durable)
        self._primary = primary

    def _initialise(self) -> None:
        self._account.require_name()
        self._run(
            "pg_basebackup",
            f"--pgdata={self._data}",
            f"--host={self._primary}",
            f"--username={SUPERUSER}",
            "--checkpoint=fast",
            "--write-recovery-conf",
            "--no-sync",
        )
        # The primary's socket may be beside its data.
        (self._data / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)

    def promote(self) -> None:
        """Returns when it accepts writes. Raises EmbeddedError."""
        if self._pg_ctl("promote", f"--timeout={PROMOTES_WITHIN}") != 0:
            raise EmbeddedError(f"the standby was not promoted:\n{self._log.last_lines()}")

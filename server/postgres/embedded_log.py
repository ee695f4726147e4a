"""The log of the embedded PostgreSQL: bounded, about the server itself, never statements or data of users."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

FOLDER: Final = "log"
STARTING: Final = "starting.log"  # until the server writes its own files
KEPT: Final = 5  # files
EACH_KB: Final = 1024
PRUNED_EVERY: Final = 60.0
FILE_NAME: Final = re.compile(r"roomtone-\d{8}-\d{6}\.log")

SETTINGS: Final = {
    "logging_collector": "on",
    "log_destination": "stderr",
    "log_directory": FOLDER,
    "log_filename": "roomtone-%Y%m%d-%H%M%S.log",
    "log_file_mode": "0600",
    "log_rotation_age": "1d",
    "log_rotation_size": f"{EACH_KB}kB",
    # An ERROR answers one statement, and its text often quotes what was sent. The client receives it, and the relay logs
    # what was no client's fault. Messages about the server itself are LOG or above.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",  # no DETAIL: it quotes rows, and after a crash the statement
    "log_statement": "none",
    "log_duration": "off",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_temp_files": "-1",
    "log_checkpoints": "off",
}


class EmbeddedLog:
    """The log of the server on this data: the newest `KEPT` files, from `start` to `stop`."""

    def __init__(self, data: Path) -> None:
        self.starting = data / STARTING
        self._folder = data / FOLDER
        self._older_release = data / "roomtone.log"  # it quoted what users wrote
        self._stopping = threading.Event()

    def clear(self) -> None:
        """Remove the log of the last start."""
        for path in (self.starting, self._older_release):
            path.unlink(missing_ok=True)
        self.prune()

    def start(self) -> None:
        """Keep the number of files bounded: PostgreSQL begins new ones and removes none."""
        threading.Thread(target=self._keep_bounded, name="PostgreSQL's log", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def prune(self) -> None:
        for path in self._files()[:-KEPT]:
            path.unlink(missing_ok=True)

    def last_lines(self) -> str:
        lines: list[str] = []
        for path in [*self._files()[-1:], self.starting]:
            with suppress(OSError):
                lines += path.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-8:]) or "(none)"

    def _keep_bounded(self) -> None:
        while not self._stopping.wait(PRUNED_EVERY):
            with suppress(OSError):  # tried again in a minute
                self.prune()

    def _files(self) -> list[Path]:
        """Oldest first."""
        if not self._folder.is_dir():
            return []
        return sorted(path for path in self._folder.iterdir() if FILE_NAME.fullmatch(path.name))

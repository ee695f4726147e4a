"""Release 0.1.0 as a drill runs it: its package without lab, drills, audio and pages, and its schema."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

from ..tools.relays import PATIENT, RelayProcess

ARCHIVE: Final = "release_0_1_0.tar.xz"
COMMAND: Final = (sys.executable, "-P", "-m", "roomtone")
INSTALLS_WITHIN: Final = 120.0  # seconds
KNOWN: Final = ("lock_timeout", "pool_timeout", "requests_per_second", "statement_timeout")
"""The settings of `PATIENT` that it has."""


class OlderRelease:
    """Release 0.1.0, unpacked into `folder`."""

    def __init__(self, folder: Path) -> None:
        self.environment = {"PYTHONPATH": str(folder)}
        if not folder.exists():
            with as_file(files(__package__) / ARCHIVE) as archive, tarfile.open(archive) as packed:
                packed.extractall(folder, filter="data")

    def install(self, url: str) -> None:
        """Its schema, into an empty database. Raises RuntimeError."""
        done = subprocess.run(
            [*COMMAND, "install", "--no-demo", f"--database-url={url}"],
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=INSTALLS_WITHIN,
        )
        if done.returncode:
            raise RuntimeError(f"release 0.1.0 was not installed: {done.stderr[-2000:]}")

    def relay(self, url: str, log_file: Path, **settings: Any) -> RelayProcess:
        return _OlderRelay(self, url, log_file, **settings)


class _OlderRelay(RelayProcess):
    def __init__(self, release: OlderRelease, url: str, log_file: Path, **settings: Any) -> None:
        super().__init__(url, log_file, **settings)
        known = {name: PATIENT[name] for name in KNOWN} | settings | {"port": self.place.port}
        flags = [f"--{name.replace('_', '-')}={value}" for name, value in known.items()]
        self._command = (*COMMAND, "serve", "--no-nodes", "--no-band", *flags)
        self._environment |= release.environment

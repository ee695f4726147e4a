"""On a laptop without a network, everything starts, and its own processes hear each other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from roomtone.paths import SOURCE

from .. import namespaces
from ..patience import PATIENCE

AS_MYSELF = ("--user", "--map-current-user", "--keep-caps")


def test_without_a_network_everything_starts_and_one_bot_hears_another(open_dir: Path) -> None:
    apart = (*(() if os.geteuid() == 0 else AS_MYSELF), "--net")
    namespaces.require(*apart)
    command = (
        "unshare",
        *apart,
        sys.executable,
        "-m",
        "tests.server.offline",
        str(open_dir / "data"),
    )
    done = subprocess.run(
        command, cwd=SOURCE, capture_output=True, text=True, check=False, timeout=4 * PATIENCE
    )
    assert done.returncode == 0, done.stderr
    assert "a listener hears a tone of 440 Hz speak" in done.stdout

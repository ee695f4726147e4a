"""Programs that end when the process that started them is killed."""

from __future__ import annotations

import shutil
from typing import Literal


def ends_with_parent(by: Literal["KILL", "TERM"]) -> tuple[str, ...]:
    """Before a command: this signal at the end of the thread that started it (prctl(2), PR_SET_PDEATHSIG). Nothing where setpriv is not installed."""
    setpriv = shutil.which("setpriv")
    return () if setpriv is None else (setpriv, "--pdeathsig", by)

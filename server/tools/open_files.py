"""The limit of open files: each connection of a run needs one in this process, and one in a relay that it starts."""

from __future__ import annotations

import resource
import sys


def most_open_files() -> int:
    """How many the system allows at most (getrlimit(2))."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if hard == resource.RLIM_INFINITY else hard


def allow_open_files(needed: int) -> None:
    """Raise this process's limit, which its children inherit, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(needed, most_open_files())
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

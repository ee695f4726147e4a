"""The limit of open files: each connection of a run needs one in this process, and one in a relay that it starts."""

from __future__ import annotations

import resource
import sys


def allow_open_files(needed: int) -> int:
    """Raise this process's limit, which its children inherit, as far as the system allows (getrlimit(2)); what it allows now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft

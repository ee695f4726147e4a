"""Debian's programs are only looked for, never installed."""

from __future__ import annotations

from ...tools.processes import installed
from .refusals import CannotStart


def required(program: str, package: str) -> str:
    """Where this program is. Raises CannotStart with how to install its package."""
    found = installed(program)
    if found is None:
        raise CannotStart(f"{program} is not installed", f"install it: apt-get install {package}")
    return found

"""Namespaces of the kernel (namespaces(7)): some tests need a user id, a network or a file system of their own.

Root has them everywhere but in containers that forbid it; others have them where the kernel allows user namespaces.
Nothing can be installed that would change that, so only there, and by name, a test is left out.
"""

from __future__ import annotations

import os
import subprocess

import pytest

MOUNT = ("--mount",) if os.geteuid() == 0 else ("--user", "--map-root-user", "--mount")
"""To mount a file system."""


def require(*command: str) -> None:
    """Leave the test out, and say why, where `unshare` with these arguments is forbidden."""
    done = subprocess.run(
        ["unshare", *command, "true"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"this kernel forbids it: {done.stderr.strip()}")

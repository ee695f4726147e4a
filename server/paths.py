"""Paths of the files that are not Python: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

PACKAGE = Path(__file__).resolve().parent
SOURCE = PACKAGE if (PACKAGE / "schema").is_dir() else PACKAGE.parent
"""The folder that holds `schema/`, `triggers/` and `client_web/`."""

SCHEMA = SOURCE / "schema"
TRIGGERS = SOURCE / "triggers"
CLIENT_WEB = SOURCE / "client_web"
PSQL = PACKAGE / "psql"

ROOT_DATA = Path("/var/lib/roomtone")
"""The data directory of root, and of users without a home. PostgreSQL does not run as root, and its user cannot enter /root."""


def default_data_dir() -> Path:
    """The user's data directory for Roomtone (XDG Base Directory Specification on Linux).

    A container may run as a number that is no account: it has no home directory, or `/`.
    """
    homeless = home() in (None, Path("/")) and not os.environ.get("XDG_DATA_HOME")
    if os.geteuid() == 0 or homeless:
        return ROOT_DATA
    return platformdirs.user_data_path("roomtone", appauthor=False)


def home() -> Path | None:
    """The user's home directory, if there is one."""
    try:
        return Path.home()
    except RuntimeError:
        return None

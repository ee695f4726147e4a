"""What a killed run left behind: its folder, and the PostgreSQL in it, which has no parent that could end it.

A run holds a lock on a file in its folder. The kernel gives it back when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import stat
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

import psutil

OWNER: Final = "owner"
STOPS_WITHIN: Final = 30.0  # seconds


def owned(folder: Path) -> IO[bytes]:
    """Lock this folder as one in use, until the file is closed."""
    new = folder / "owner.new"
    file = new.open("wb")
    fcntl.flock(file, fcntl.LOCK_EX)
    new.rename(folder / OWNER)  # locked before anybody can find it
    return file


def remove_abandoned(parent: Path, prefix: str) -> None:
    """Stop and delete what killed runs of this user left in the folders of this prefix."""
    for folder in parent.glob(f"{prefix}*"):
        with suppress(OSError):  # another run removes it, or another user owns it
            found = folder.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid():
                _remove(folder)


def _remove(folder: Path) -> None:
    """Unless a run still has it. Raises OSError: then, too, if it has no owner yet."""
    with (folder / OWNER).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        servers = [*_servers(folder)]
        for server in servers:
            with suppress(psutil.Error):
                server.send_signal(signal.SIGQUIT)  # at once: nobody wants its data
        if not psutil.wait_procs(servers, timeout=STOPS_WITHIN)[1]:
            shutil.rmtree(folder, ignore_errors=True)


def _servers(folder: Path) -> list[psutil.Process]:
    """The first processes of PostgreSQL whose data is in this folder. The system uses pids again, so each is asked where it works."""
    found = []
    for pid_file in folder.glob("*/postgres/postmaster.pid"):
        with suppress(OSError, ValueError, IndexError, psutil.Error):
            process = psutil.Process(int(pid_file.read_text().split()[0]))
            if process.name() == "postgres" and process.cwd() == str(pid_file.parent):
                found.append(process)
    return found

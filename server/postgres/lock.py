"""One Roomtone per data directory: a lock file that says which process holds it and where that listens."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from .account import AccountError

LOCK_NAME = "roomtone.lock"


@dataclass(frozen=True)
class Holder:
    """What the running Roomtone wrote about itself; empty where it was not known yet."""

    pid: int
    address: str = ""
    sockets: str = ""
    """The directory of the embedded PostgreSQL's Unix socket."""


class AlreadyRunning(Exception):
    """Another Roomtone uses this data directory."""

    def __init__(self, data_dir: Path, holder: Holder | None) -> None:
        process = f"process {holder.pid}" if holder else "another process"
        where = f" at {holder.address}" if holder and holder.address else ""
        super().__init__(
            f"Roomtone is already running on {data_dir} ({process}{where})."
            " Stop it first, or choose another --data-dir."
        )
        self.holder = holder


class DataDirLock:
    """The lock while it is held. `write` replaces what the file says about this process."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.holder = Holder(os.getpid())

    def write(self, *, address: str, sockets: str = "") -> None:
        self.holder = Holder(os.getpid(), address, sockets)
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps(asdict(self.holder)) + "\n")
        self._file.flush()


@contextmanager
def data_dir_lock(data_dir: Path) -> Iterator[DataDirLock]:
    """Hold the data directory, or raise AlreadyRunning.

    The kernel releases the lock when the process ends, however it ends (flock(2)), so a file that is left over blocks nothing.
    """
    path = data_dir / LOCK_NAME
    # not truncated on opening: until this process holds the lock, the text is another's
    with _opened(path, "a+") as file:
        # flock(2) works for everybody who can open the file, so others must not; older releases made it readable
        os.fchmod(file.fileno(), 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(data_dir, _read(file)) from None
        lock = DataDirLock(file)
        lock.write(address="")
        try:
            yield lock
        finally:
            file.seek(0)
            file.truncate()


def running(data_dir: Path) -> Holder | None:
    """The Roomtone that runs on this data directory now, or None."""
    try:
        with _opened(data_dir / LOCK_NAME, "r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _read(file)
    except FileNotFoundError:
        pass
    return None


def _opened(path: Path, mode: str) -> IO[str]:
    """Raises AccountError for a file that belongs to another account."""
    try:
        return open(
            path,
            mode,
            encoding="utf-8",
            opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW, 0o600),
        )
    except PermissionError as error:
        raise AccountError(
            f"{path} belongs to another account. Run this as that account, or choose another --data-dir."
        ) from error


def _read(file: IO[str]) -> Holder | None:
    file.seek(0)
    try:
        return Holder(**json.loads(file.read()))
    except (ValueError, TypeError):
        return None  # the other process is between taking the lock and writing its name

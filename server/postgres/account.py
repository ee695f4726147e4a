"""The operating-system account that PostgreSQL runs as. It refuses to run as root, so root makes an account for it."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..paths import ROOT_DATA

ACCOUNT = "roomtone"


class AccountError(Exception):
    """There is no account that PostgreSQL can run as, or it cannot reach its files; the text says why."""


@dataclass(frozen=True)
class Account:
    """The operating-system user that owns the database files."""

    uid: int
    gid: int

    @property
    def is_me(self) -> bool:
        return self.uid == os.geteuid()

    def run(
        self, command: Sequence[str | Path], *, cwd: Path, timeout: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as this user, without a terminal, so that Ctrl-C does not reach it.

        Its output is captured. A failure raises nothing; see `returncode`.
        """
        return subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            timeout=timeout,
            text=True,
            errors="replace",
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            # PGDATA, PGOPTIONS and the like are meant for the user's own psql
            env={key: value for key, value in os.environ.items() if not key.startswith("PG")}
            | {"LC_ALL": "C"},
            user=None if self.is_me else self.uid,
            group=None if self.is_me else self.gid,
            extra_groups=None if self.is_me else (),
        )

    def require_name(self) -> None:
        """Raise AccountError if this user has no name, which PostgreSQL's initdb asks for."""
        if not is_known(self.uid):
            raise AccountError(
                f"The user id {self.uid} has no entry in /etc/passwd, and PostgreSQL cannot make a new database without one. Add one"
                f" (echo roomtone:x:{self.uid}:{self.gid}::/:/bin/false >> /etc/passwd), start the container as an account of its"
                " image, or use --database-url."
            )

    def reaches(self, path: Path) -> bool:
        """Whether this user may enter every folder above `path`, as far as they exist."""
        return all(self._may_enter(above) for above in path.resolve().parents if above.exists())

    def give(self, path: Path) -> None:
        """Make a folder that belongs to this user and that no other may enter."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.is_me:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700)

    def _may_enter(self, path: Path) -> bool:
        if self.is_me:
            return os.access(path, os.X_OK)
        status = path.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def account_for(data: Path) -> Account:
    """The current user; for root the owner of existing data, or else the account `roomtone`, which is made once."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if (data / "PG_VERSION").exists():
        status = (data / "PG_VERSION").stat()
        if status.st_uid != 0 and is_known(status.st_uid):
            return Account(status.st_uid, status.st_gid)
    entry = _entry(ACCOUNT) or _made_once(ACCOUNT)
    return Account(entry.pw_uid, entry.pw_gid)


def is_known(uid: int) -> bool:
    """Whether this user id is an account."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _made_once(name: str) -> pwd.struct_passwd:
    """Of two starts at once, the second waits and finds the account that the first made.

    useradd looks for the name before it locks the file. So two at once would both succeed, and the later one would give the
    account a new number, which does not own the data of the earlier one.
    """
    with _locked(ROOT_DATA / "account.lock"):
        return _entry(name) or _made(name)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock file (flock(2)) that only this user can open, so that no other can hold it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _made(name: str) -> pwd.struct_passwd:
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    try:
        made = subprocess.run(
            [
                useradd,
                *("--system", "--user-group", "--no-create-home"),
                f"--home-dir={ROOT_DATA}",
                "--shell=/usr/sbin/nologin",
                name,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise AccountError(
            "PostgreSQL does not run as root, and an account for it could not be made"
            f" ({error}). Run roomtone as another user, or use --database-url."
        ) from error
    entry = _entry(name)
    if entry is None:
        raise AccountError(
            "PostgreSQL does not run as root, and an account for it could not be made:"
            f" {made.stderr.strip()}. Run roomtone as another user, or use --database-url."
        )
    return entry

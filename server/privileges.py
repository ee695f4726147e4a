"""Started as root, the processes that read packets from the network run as another account.

One process stays root: it binds the port, starts and ends the others, and reads nothing from the network. Each of the others
imports its code, which may be in folders that only root may enter, and then gives up root for good.
"""

from __future__ import annotations

import importlib
import os
import pwd
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .paths import SOURCE
from .postgres.account import Account, AccountError, account_for

if TYPE_CHECKING:
    from .settings import Settings

ROOT: Final = "root"
OPENED: Final = "/proc/self/fd"


def account_to_run_as(settings: Settings) -> Account | None:
    """The account for relay, band and nodes: `--run-as`, or the owner of the embedded database.

    None if they run as the current user. Raises AccountError.
    """
    if os.geteuid() != 0:
        if settings.run_as is not None and settings.run_as != _name(os.geteuid()):
            raise AccountError(f"Only root can run as {settings.run_as}.")
        return None
    account = _named(settings) or account_for(settings.data_dir / "postgres")
    if account.uid == 0:
        return None
    if account.reaches(SOURCE / "client_web"):
        return account
    if settings.run_as is None and settings.loopback:
        return None  # `describe` says so
    raise AccountError(
        f"Roomtone is installed in {SOURCE}, where the account {_name(account.uid)} cannot go."
        f" Install it where everyone can, such as /opt, or say --run-as {ROOT}."
    )


def describe(account: Account | None) -> str | None:
    """A line for the user who started this as root."""
    if os.geteuid() != 0:
        return None
    if account is None:
        return "relay and media nodes run as root, which can do anything here; see --run-as"
    return f"relay and media nodes run as {_name(account.uid)}"


def give_recordings(account: Account | None, folder: Path) -> None:
    """Make the folder writable for this account; one that belonged to root becomes its own, with its files."""
    if account is None:
        return
    if not account.reaches(folder):
        raise AccountError(
            f"The account {_name(account.uid)} cannot enter {folder.parent}. Choose another --recordings-dir."
        )
    if folder.is_dir():
        owner = folder.stat().st_uid
        if owner not in (0, account.uid):
            return  # the operator chose its owner
        if owner == 0:  # only root could write files there until now
            for file in folder.iterdir():
                os.chown(file, account.uid, account.gid, follow_symlinks=False)
    account.give(folder)


def drop(uid: int, gid: int) -> None:
    """Run as this account from now on, for good."""
    _keep_importable(Account(uid, gid))
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    os.umask(0o077)
    entry = pwd.getpwuid(uid)
    os.environ |= {"HOME": entry.pw_dir, "USER": entry.pw_name, "LOGNAME": entry.pw_name}


def _keep_importable(account: Account) -> None:
    """Later imports go through folders that are already open: root's Python may be in /root."""
    opened: dict[str, str] = {}
    for entry in sys.path:
        if Path(entry).is_dir() and not account.reaches(Path(entry) / "module") and _has_proc():
            opened[entry] = f"{OPENED}/{os.open(entry, os.O_RDONLY | os.O_DIRECTORY)}"

    def through(path: str) -> str:
        for entry, open_one in opened.items():
            if path == entry or path.startswith(f"{entry}/"):
                return open_one + path[len(entry) :]
        return path

    lists = [sys.path]
    lists += [found for each in list(sys.modules.values()) if isinstance(found := getattr(each, "__path__", None), list)]  # fmt: skip
    for folders in lists:
        folders[:] = [through(folder) for folder in folders]
    sys.path_importer_cache.clear()
    importlib.invalidate_caches()


def _has_proc() -> bool:
    return Path(OPENED).is_dir()


def _named(settings: Settings) -> Account | None:
    if settings.run_as is None:
        return None
    try:
        entry = pwd.getpwnam(settings.run_as)
    except KeyError:
        raise AccountError(f"There is no account {settings.run_as!r}; see --run-as.") from None
    return Account(entry.pw_uid, entry.pw_gid)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)

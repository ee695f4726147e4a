"""The account that PostgreSQL runs as under root is made once, even when several start at the same time."""

from __future__ import annotations

import os
import pwd
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from roomtone.postgres.account import Account, account_for

STARTS = 6


@pytest.fixture
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user database of this test's own, in which the real useradd works."""
    etc = tmp_path / "etc"
    etc.mkdir()
    for name in ("passwd", "group", "shadow", "gshadow"):
        (etc / name).touch()
    passwd = etc / "passwd"

    def entry(name: str) -> pwd.struct_passwd | None:
        for line in passwd.read_text().splitlines():
            words = line.split(":")
            if words[0] == name:
                return pwd.struct_passwd((*words[:2], int(words[2]), int(words[3]), *words[4:]))
        return None

    useradd = tmp_path / "useradd"
    useradd.write_text(
        '#!/bin/sh\n[ "$(id -u)" = 0 ] || as_root="unshare --user --map-root-user"\n'
        f'exec $as_root /usr/sbin/useradd --prefix {tmp_path} "$@"\n'
    )
    useradd.chmod(0o755)
    monkeypatch.setattr("roomtone.postgres.account._entry", entry)
    monkeypatch.setattr("roomtone.postgres.account.ROOT_DATA", tmp_path / "data")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda _: str(useradd))
    return passwd


def test_starts_at_the_same_time_get_the_same_account(accounts: Path, tmp_path: Path) -> None:
    together = Barrier(STARTS)

    def start(number: int) -> Account:
        together.wait()
        return account_for(Path(f"/nowhere/{number}"))

    with ThreadPoolExecutor(STARTS) as pool:
        found = set(pool.map(start, range(STARTS)))
    assert len(found) == 1, found
    (only,) = found
    assert f":{only.uid}:{only.gid}:" in accounts.read_text()
    assert (tmp_path / "data" / "account.lock").stat().st_mode & 0o777 == 0o600

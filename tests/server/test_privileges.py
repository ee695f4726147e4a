"""Started as root, processes that read packets from the network give up root. Started by another user, nothing changes."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from roomtone import privileges
from roomtone.media.edge.installed_janus import missing
from roomtone.postgres.account import Account, AccountError, account_for
from roomtone.postgres.lock import running
from roomtone.postgres.programs import socket_url
from roomtone.settings import Settings

from ..patience import PATIENCE, eventually
from ..running import get


@contextmanager
def roomtone(*arguments: str | Path, **environment: str) -> Iterator[tuple[psutil.Process, str]]:
    """The running command and its address."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ROOMTONE_")}
    command = [sys.executable, "-m", "roomtone", *map(str, arguments), "--port", "0"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=clean | environment,
    ) as process:
        try:
            assert process.stdout is not None
            lines: list[str] = []
            while "open at" not in (lines or [""])[-1]:
                lines.append(process.stdout.readline())
                assert lines[-1], lines
            yield psutil.Process(process.pid), lines[-1].split()[-1]
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)


def reads_packets(process: psutil.Process) -> bool:
    """Whether it is a relay's or media process, and not the one that starts them."""
    return any("spawn_main" in word or "roomtone.media" in word for word in process.cmdline())


def all_as(process: psutil.Process, number: int, uid: int) -> None:
    """Wait for this number of processes that read packets, all of this user."""
    uids: list[set[int]] = []

    def found() -> bool:
        with suppress(psutil.NoSuchProcess):  # it ended while it was looked at
            uids[:] = [set(each.uids()) for each in process.children() if reads_packets(each)]
            return len(uids) == number and all(each == {uid} for each in uids)
        return False

    eventually(found, what=lambda: f"the processes are of {uids}")


def test_relay_band_and_nodes_run_as_the_databases_account(open_dir: Path) -> None:
    data = open_dir / "data"
    with roomtone("--data-dir", data, ROOMTONE_BAND="on") as (process, url):
        root = os.geteuid() == 0
        uid = account_for(data / "postgres").uid
        assert uid != 0
        edges = int(missing() is None)
        all_as(process, 3 + root + edges, uid)  # for other users, the command is the relay
        assert get(f"{url}ready").status_code == 200
        assert get(url).status_code == 200  # its pages can be read
        holder = running(data)
        assert holder is not None
        with psycopg.connect(socket_url(holder.sockets), autocommit=True) as connection:
            alive = "select count(distinct kind) from roomtone.nodes where kind in ('relay', 'sfu', 'mcu', 'edge')"
            eventually(lambda: connection.execute(alive).fetchone() == (3 + edges,))
        assert (data / "recordings").stat().st_uid == uid or not root
    assert running(data) is None


def test_processes_give_up_root_with_another_database_too(
    database_url: str, open_dir: Path
) -> None:
    flags = ("--database-url", database_url, "--data-dir", open_dir / "data", "--no-nodes")
    with roomtone(*flags, "--workers", "2") as (process, url):
        uid = account_for(open_dir / "data" / "postgres").uid
        all_as(process, 2, uid)
        assert get(f"{url}ready").status_code == 200


def test_processes_keep_root_only_if_a_setting_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(privileges, "account_for", lambda _data: Account(1234, 1234))
    monkeypatch.setattr(Account, "reaches", lambda _self, _path: True)
    assert privileges.account_to_run_as(Settings()) == Account(1234, 1234)
    assert privileges.account_to_run_as(Settings(run_as="root")) is None
    assert "run as root" in str(privileges.describe(None))
    entry = pwd.getpwall()[1]
    assert privileges.account_to_run_as(Settings(run_as=entry.pw_name)) == Account(
        entry.pw_uid, entry.pw_gid
    )
    with pytest.raises(AccountError, match="There is no account"):
        privileges.account_to_run_as(Settings(run_as="nobody-of-this-name"))
    monkeypatch.setattr(Account, "reaches", lambda _self, _path: False)
    assert privileges.account_to_run_as(Settings()) is None  # only this machine can reach it
    with pytest.raises(AccountError, match="--run-as root"):
        privileges.account_to_run_as(Settings(host="0.0.0.0"))
    monkeypatch.setattr("os.geteuid", lambda: 1234)
    assert privileges.account_to_run_as(Settings()) is None
    assert privileges.describe(None) is None
    with pytest.raises(AccountError, match="Only root"):
        privileges.account_to_run_as(Settings(run_as="root"))


def test_recordings_that_root_made_go_to_the_account(open_dir: Path) -> None:
    account = account_for(open_dir / "postgres")
    folder, elsewhere = open_dir / "recordings", open_dir / "elsewhere"
    folder.mkdir()
    elsewhere.write_text("kept")
    (folder / "old.ogg").write_text("")
    (folder / "link.ogg").symlink_to(elsewhere)
    before = elsewhere.stat().st_uid
    privileges.give_recordings(account, folder)
    assert folder.stat().st_uid == (folder / "old.ogg").stat().st_uid == account.uid
    assert elsewhere.stat().st_uid == before

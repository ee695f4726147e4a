from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from roomtone.postgres.account import Account, account_for
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.kept_running import kept_running
from roomtone.postgres.lock import LOCK_NAME, AlreadyRunning, data_dir_lock, running
from roomtone.postgres.programs import EmbeddedError

from ...patience import PATIENCE, eventually


def one(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        return None if row is None else row[0]


@pytest.fixture
def private_dir() -> Iterator[Path]:
    """A folder that only its owner may enter."""
    path = Path(tempfile.mkdtemp(prefix="roomtone-private-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def test_the_data_is_there_again_after_a_stop(open_dir: Path) -> None:
    with (
        EmbeddedPostgres(open_dir / "data") as postgres,
        psycopg.connect(postgres.url) as connection,
    ):
        connection.execute("create table kept as select 42 as answer")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.url)
    with EmbeddedPostgres(open_dir / "data") as postgres:
        assert one(postgres.url, "select answer from kept") == 42


def test_a_server_that_ended_by_itself_is_started_again(open_dir: Path) -> None:
    pid_file = open_dir / "data" / "postgres" / "postmaster.pid"

    def pid() -> int:
        """0 while there is none."""
        with suppress(FileNotFoundError, IndexError):
            return int(pid_file.read_text().split()[0])
        return 0

    def answers() -> bool:
        with suppress(psycopg.OperationalError):
            return one(postgres.url, "select 1") == 1
        return False

    with EmbeddedPostgres(open_dir / "data", durable=False) as postgres:
        with kept_running(postgres):
            first = pid()
            os.kill(first, signal.SIGQUIT)
            eventually(lambda: pid() not in (0, first) and answers())
        assert postgres.runs()
    assert not postgres.runs()


def test_it_is_postgresql_18_and_listens_on_no_network(postgres: EmbeddedPostgres) -> None:
    assert str(one(postgres.url, "show server_version")).startswith("18")
    assert one(postgres.url, "show listen_addresses") == ""
    assert one(postgres.url, "show unix_socket_permissions") == "0700"
    assert one(postgres.url, "select lower('ÅSA')") == "åsa"


def test_real_data_is_written_for_good(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / "data") as postgres:
        assert one(postgres.url, "show fsync") == "on"
        assert one(postgres.url, "show synchronous_commit") == "on"


def test_only_the_owner_may_enter_the_data(postgres: EmbeddedPostgres) -> None:
    status = (postgres.data_dir / "postgres").stat()
    assert status.st_mode & 0o777 == 0o700
    assert status.st_uid != 0


def test_variables_for_the_users_own_psql_change_nothing(
    open_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6000")
    monkeypatch.setenv("PGHOST", "nowhere.invalid")
    monkeypatch.setenv("PGDATA", "/nowhere")
    with EmbeddedPostgres(open_dir / "data", durable=False) as postgres:
        assert one(postgres.url, "select 1") == 1


def test_a_path_too_long_for_a_socket_is_no_obstacle(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / ("long" * 40), durable=False) as postgres:
        sockets = postgres.sockets
        assert one(postgres.url, "select 1") == 1
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert not sockets.exists()


def test_odd_letters_in_the_path_are_no_obstacle(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / "Rick's data, & more ü", durable=False) as postgres:
        assert one(postgres.url, "select 1") == 1


def test_a_server_left_behind_is_stopped_and_its_data_kept(open_dir: Path) -> None:
    script = (
        "import sys, time, pathlib, psycopg; from roomtone.postgres.embedded import EmbeddedPostgres\n"
        "postgres = EmbeddedPostgres(pathlib.Path(sys.argv[1])).__enter__()\n"
        "psycopg.connect(postgres.url, autocommit=True).execute('create table kept ()')\n"
        "print('ready', flush=True); time.sleep(60)\n"
    )
    data = open_dir / "data"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(data)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGKILL)
    said: list[str] = []
    with EmbeddedPostgres(data, on_progress=said.append) as postgres:
        assert one(postgres.url, "select count(*) from kept") == 0
    assert said == ["stopping the PostgreSQL of a Roomtone that was killed"]


def test_a_pid_file_that_names_another_process_does_not_harm_it(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / "data", durable=False) as postgres:
        pid_file = postgres.data_dir / "postgres" / "postmaster.pid"
        words = pid_file.read_text().splitlines()
    with subprocess.Popen(["sleep", "60"]) as bystander:
        pid_file.write_text("\n".join([str(bystander.pid), *words[1:]]) + "\n")
        account = account_for(pid_file.parent)
        os.chown(pid_file, account.uid, account.gid)
        with EmbeddedPostgres(open_dir / "data", durable=False):
            assert bystander.poll() is None
        bystander.kill()


def test_open_sessions_do_not_hold_up_the_stop(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / "data", durable=False) as postgres:
        psql = subprocess.Popen(
            [*postgres.psql, "--quiet", "--command=select pg_sleep(600)"], stderr=subprocess.DEVNULL
        )
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            query = "select 1 from pg_stat_activity where query = 'select pg_sleep(600)'"
            eventually(lambda: connection.execute(query).fetchone())
        began = time.monotonic()
    assert time.monotonic() - began < PATIENCE
    assert psql.wait(PATIENCE) != 0


def test_data_of_another_version_is_left_alone(open_dir: Path) -> None:
    data = open_dir / "data"
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedError, match="was made by PostgreSQL 17"), EmbeddedPostgres(data):
        pass


def test_the_end_of_postgresqls_log_is_shown_when_it_does_not_start(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / "data", durable=False) as postgres:
        configuration = postgres.data_dir / "postgres" / "postgresql.conf"
    configuration.write_text("no_such_setting = 1\n")
    with (
        pytest.raises(EmbeddedError, match="no_such_setting"),
        EmbeddedPostgres(open_dir / "data", durable=False),
    ):
        pass


def test_a_folder_that_others_cannot_enter_is_distinguished_from_one_that_they_can(
    private_dir: Path, open_dir: Path
) -> None:
    other = Account(uid=54321, gid=54321)
    assert other.reaches(open_dir / "data")
    assert not other.reaches(private_dir / "data")


def test_two_starts_on_one_data_directory_get_a_clear_answer(open_dir: Path) -> None:
    with data_dir_lock(open_dir) as lock:
        lock.write(address="http://127.0.0.1:8000/", sockets="/somewhere")
        with pytest.raises(AlreadyRunning) as caught, data_dir_lock(open_dir):
            pass
        found = running(open_dir)
    message = str(caught.value)
    assert f"process {os.getpid()} at http://127.0.0.1:8000/" in message
    assert "\n" not in message
    assert found == lock.holder
    assert running(open_dir) is None


def test_the_lock_of_a_killed_process_is_free(open_dir: Path) -> None:
    script = (
        "import sys, time, pathlib; from roomtone.postgres.lock import data_dir_lock\n"
        "with data_dir_lock(pathlib.Path(sys.argv[1])): print('held', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(open_dir)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert running(open_dir) is not None
        process.send_signal(signal.SIGKILL)
    with data_dir_lock(open_dir):
        pass


def test_only_its_account_can_open_the_lock(open_dir: Path) -> None:
    lock = open_dir / LOCK_NAME
    lock.touch(0o644)  # as an older release left it
    lock.chmod(0o666)
    with data_dir_lock(open_dir):
        assert lock.stat().st_mode & 0o777 == 0o600
        other = (
            "import fcntl, os, sys; os.setgid(54321); os.setuid(54321)\n"
            "fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)"
        )
        denied = subprocess.run(
            [sys.executable, "-c", other, str(lock)], capture_output=True, text=True, check=False
        )
        assert "PermissionError" in denied.stderr
    lock.unlink()
    with data_dir_lock(open_dir):
        assert lock.stat().st_mode & 0o777 == 0o600


def test_a_lock_is_no_link_to_something_else(open_dir: Path) -> None:
    (open_dir / "else").write_text("kept")
    (open_dir / LOCK_NAME).symlink_to(open_dir / "else")
    with pytest.raises(OSError, match="symbolic"), data_dir_lock(open_dir):
        pass
    assert (open_dir / "else").read_text() == "kept"

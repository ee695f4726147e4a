"""`roomtone backup` and `roomtone restore`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import pytest
from click.testing import CliRunner
from roomtone.cli import cli
from roomtone.postgres.backup import BackupError, backup, restore
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.programs import socket_url
from roomtone.types import Cursor

from ...conftest import Connect
from ...older_server import OlderPostgres
from ...people import Psql
from .test_restored import rights

REFUSED = r"is no backup made by roomtone backup|Nothing was restored"


def quietly(line: str) -> None:
    """Progress that nobody reads."""


def accounts_with_passkeys(psql: Psql, username: str) -> None:
    """A row in each table of sign-in, of this user."""
    user = psql.person(username)
    psql.run(
        "insert into passkeys (user_id, credential_id, public_key, user_handle, sign_count, transports, name)"
        " values (%s, '\\x00ff', '\\xff00', '\\x80', 4294967295, '{usb,internal}', 'Anna''s 📱')",
        user,
    )
    psql.run(
        "insert into recovery_links (secret_hash, user_id, expires_at, used_at) values"
        " ('used', %s, now() + interval '1 hour', now()), ('unused', %s, now() + interval '1 hour', null)",
        user,
        user,
    )
    psql.run(
        "insert into access_tokens (jti, user_id, name, expires_at) values ('obs', %s, 'OBS', now() + interval '1 day')",
        user,
    )
    psql.run(
        "insert into passkey_challenges (challenge, address, expires_at) values ('open', '', now() + interval '5 minutes')"
    )
    psql.run(
        "insert into openid_sessions (jti, user_id, sid, refresh_token, expires_at)"
        " values ('1', %s, 'sid', 'sealed', now() + interval '1 day')",
        user,
    )


@pytest.fixture
def folder(connect: Connect, tmp_path: Path) -> Path:
    """The folder of the recordings of a database that is in use: with a room and two recordings, one of which was deleted."""
    psql = Psql(connect())
    psql.one("select relay_secret('jwt')")
    room = psql.room("rick")
    for name in ("rick", "anna"):
        psql.seat(room, name)
    psql.act_as("anna").one("select say(%s, 'Hello')", room)
    psql.act_as(None).one("select node_register('one', 'sfu', 10)")
    psql.run("update rooms set topology = 'sfu'")
    folder = tmp_path / "recordings"
    folder.mkdir()
    for _ in range(2):
        psql.run("insert into recordings (room_id) values (%s)", room)
        psql.run(
            "update recordings set started_at = now(), ended_at = now() where ended_at is null"
        )
    for number, file in psql.all("select id, file from recordings"):
        (folder / file).write_bytes(b"OggS of %d" % number)
    psql.run("update recordings set deleted_at = now() where id = 2")
    accounts_with_passkeys(psql, "anna")
    # Anna polls, so that a grace period runs in the backup, and is over when it is restored.
    psql.run(
        "update participants set served_by = 'a relay', expires_at = now() from users where id = user_id and username = 'anna'"
    )
    return folder


@pytest.fixture
def reader(connect: Connect) -> Iterator[str]:
    """A role of the operator's own, which may read a table, and which no other server has."""
    psql = Psql(connect())
    psql.run("create role their_reader")
    psql.run("grant select on rooms to their_reader")
    yield "their_reader"
    psql.run("drop owned by their_reader")
    psql.run("drop role their_reader")


@pytest.mark.usefixtures("reader")
def test_a_backup_is_restored_into_a_new_and_older_server(
    database_url: str,
    folder: Path,
    open_dir: Path,
    connect: Connect,
    template: str,
    postgres: EmbeddedPostgres,
) -> None:
    used = Psql(connect())
    file, here = open_dir / "backup", open_dir / "recordings"
    done = backup(database_url, file, folder, quietly)
    assert (done.recordings, done.missing) == (1, 0)
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupError, match="exists already"):
        backup(database_url, file, folder, quietly)
    before = Cursor(
        *used.all("select epoch, head_seq from relay_logs(array(select id from rooms))")[0]
    )
    with OlderPostgres(open_dir / "older") as older:
        whole = file.read_bytes()
        for broken in (
            b"nothing",
            whole[:5000],
            whole[:100_000],
            whole[:100_000] + bytes(5000) + whole[105_000:],
        ):
            file.write_bytes(broken)
            with pytest.raises(BackupError, match=REFUSED):
                restore(older.url, file, here, quietly)
            assert not here.is_dir() or not any(here.iterdir())
        file.write_bytes(whole)
        restored = restore(older.url, file, here, quietly)
        assert (restored.recordings, restored.found) == (1, 0)
        said = "\n".join(restored.lines)
        assert "Created the roles roomtone_anon, roomtone_person, roomtone_relay" in said
        assert "made by the original" not in said, "the files are its own"
        with pytest.raises(BackupError, match="has a schema roomtone already"):
            restore(older.url, file, here, quietly)
        assert rights(older.url) == rights(socket_url(postgres.sockets, database=template))
        psql = Psql(connect(older.url))
        assert psql.all("select username from users order by id") == used.all(
            "select username from users order by id"
        )
        assert psql.one("select body from messages") == "Hello"
        for same in ("passkeys", "openid_sessions"):
            rows: LiteralString = f"select to_jsonb(t) from {same} t"
            assert psql.all(rows) == used.all(rows) != []
        assert psql.all("select secret_hash from recovery_links") == [(b"used",)]
        assert psql.all("select from passkey_challenges") == []
        assert psql.all("select from access_tokens") == []
        psql.run(
            "select relay_expire_orphaned_seats('4 s', '10 minutes'), relay_reap_seats('1 hour')"
        )
        assert psql.one(
            "select expires_at > now() from participants join users u on u.id = user_id where username = 'anna'"
        )
        assert psql.one("select token_is_revoked('obs')")
        assert "Recovery links and access tokens from before no longer count" in said
        added = "insert into passkeys (user_id, credential_id, public_key, user_handle, sign_count, name) values (%s, 'b', 'x', 'x', 0, 'b')"
        psql.run(added, psql.person_id("anna"))  # the numbers go on
        after = Cursor(
            *psql.all("select epoch, head_seq from relay_logs(array(select id from rooms))")[0]
        )
        assert after.epoch > before.epoch
        assert after.seq >= psql.one("select max(seq) from participants")
        (kept,) = here.iterdir()
        assert kept.read_bytes() == b"OggS of 1"
        psql.run("delete from rooms where true")
        assert psql.all("select relay_deleted_recordings(array[%s])", kept.name) == [(kept.name,)]


def test_the_commands_say_what_was_written_and_restored(
    database_url: str, folder: Path, open_dir: Path
) -> None:
    file, data = open_dir / "backup", open_dir / "data"
    (kept,) = (path for path in folder.iterdir() if path.read_bytes() == b"OggS of 1")

    def roomtone(*arguments: object) -> str:
        return CliRunner().invoke(cli, [str(each) for each in arguments]).output

    assert "There is no database in" in roomtone("backup", "--data-dir", data, file)
    wrote = roomtone("backup", "--database-url", database_url, "--recordings-dir", data, file)
    assert "1 files of recordings are not in" in wrote
    file.unlink()
    wrote = roomtone("backup", "--database-url", database_url, "--recordings-dir", folder, file)
    assert f"Wrote {file}: the database and 1 files of recordings." in wrote
    read = roomtone("restore", "--data-dir", data, file)
    assert f"Restored {data}, and 1 files in {data / 'recordings'}." in read
    assert "clients that come back get a snapshot" in read
    assert (data / "recordings" / kept.name).read_bytes() == b"OggS of 1"
    assert "has a schema roomtone already" in roomtone("restore", "--data-dir", data, file)
    again = open_dir / "again"
    assert f"Wrote {again}: the database and 1 files" in roomtone(
        "backup", "--data-dir", data, again
    )

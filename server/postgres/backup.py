"""A backup in one file, and the database that is made from it.

The file is a tar archive: `about.json`, then `database.dump` (pg_dump's custom format, which pg_restore reads), then the files of
recordings. UNLOGGED tables are empty in it, as after a crash.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

import psycopg

from .. import __version__
from ..formats.ogg import FILE_NAME
from .install import install
from .installed_schema import installed_schema
from .login import Progress, login, place
from .preflight import (  # fmt: skip
    InstallError,
    Roles,
    check_installable,
    check_server,
    listed,
    no_roomtone,
    roles_here,
    tables_of_others,
)
from .programs import bin_dir, without_password
from .restored import report, rights
from .restoring import restore_dump
from .single_value import single_value

ABOUT: Final = "about.json"
DUMP: Final = "database.dump"
RECORDINGS: Final = "recordings/"
STARTED: Final = "select file from roomtone.recordings where deleted_at is null and started_at is not null order by id"


class BackupError(InstallError):
    """Nothing was written, or restored; the text says why."""


@dataclass(frozen=True)
class BackedUp:
    """How many files of recordings are in the backup, and how many were not in the folder."""

    recordings: int
    missing: int


@dataclass(frozen=True)
class Restored:
    """What was recreated, a sentence each; how many files of recordings were written, and how many were there already."""

    lines: tuple[str, ...]
    recordings: int
    found: int


def backup(url: str, file: Path, folder: Path, on_progress: Progress) -> BackedUp:
    """Write what Roomtone has at `url`, and the recordings in `folder`, into a new file. Raises InstallError."""
    with _readable_errors(), login(url) as connection:
        if installed_schema(connection, as_relay=False) is None:
            raise no_roomtone(connection, place(url))
        if file.exists():
            raise BackupError(f"{file} exists already. Choose another name.")
        # On the same disk, and for nobody else: it has all that people wrote, and the relay's keys.
        with tempfile.TemporaryDirectory(prefix=".roomtone-", dir=file.parent) as private:
            on_progress("dumping the database")
            dump, unfinished = Path(private, DUMP), Path(private, "backup")
            _dump(url, dump)
            names = [str(name) for (name,) in connection.execute(STARTED)]
            on_progress("adding the recordings")
            about = {"roomtone": __version__, "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                     "roles": roles_here(connection, None).all()}  # fmt: skip
            with tarfile.open(unfinished, "w") as tar:
                text = json.dumps(about).encode()
                info = tarfile.TarInfo(ABOUT)
                info.size = len(text)
                tar.addfile(info, io.BytesIO(text))
                tar.add(dump, DUMP)
                missing = sum(not _add(tar, folder / name) for name in names)
            unfinished.chmod(0o600)
            unfinished.rename(file)
    return BackedUp(len(names) - missing, missing)


def restore(
    url: str, file: Path, folder: Path, on_progress: Progress, *, beside_others: bool = True
) -> Restored:
    """Make the schema at `url` and the recordings in `folder` from a backup: all of it, or nothing. Raises InstallError."""
    with _readable_errors(), _opened(file) as (tar, roles), login(url) as connection:
        check_server(connection)
        database = connection.info.dbname
        if single_value(connection, "select to_regnamespace('roomtone')") is not None:
            raise BackupError(
                f"The database {database} has a schema roomtone already. Restore into a database without one,"
                " or remove it: roomtone uninstall. The embedded database is in the data directory: choose another --data-dir."
            )
        if not beside_others and (others := tables_of_others(connection)):
            raise BackupError(
                f"DATABASE_URL names the database {database}, which has other tables: {listed(others)}."
                " If you want the backup beside them, name the database with --database-url."
            )
        check_installable(connection, roles)
        before = rights(connection, roles)
        written: list[Path] = []
        try:
            on_progress("restoring the recordings")
            found = _extract(tar, folder, written)
            on_progress("restoring the database")
            with tempfile.TemporaryDirectory(prefix="roomtone-") as private:
                dump = Path(private, DUMP)
                with dump.open("wb") as content:
                    shutil.copyfileobj(_member(tar, DUMP), content)
                failure = restore_dump(url, dump, roles, connection.info.server_version)
            if failure:
                raise BackupError(f"Nothing was restored: {failure}")
        except BaseException:
            for path in written:
                path.unlink(missing_ok=True)
            raise
        install(url, demo=False, on_progress=on_progress)
        # These files are this database's own. One that was there already may still be the original's.
        connection.execute(
            "update roomtone.recordings set of_original = false where file = any(%s)",
            ([path.name for path in written],),
        )
        return Restored(report(connection, before, roles), len(written), found)


@contextmanager
def _readable_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, psycopg.Error, tarfile.TarError) as error:
        raise BackupError(str(error).strip()) from error


def _dump(url: str, dump: Path) -> None:
    target, password = without_password(url)
    done = subprocess.run(
        [str(bin_dir() / "pg_dump"), "--format=custom", "--schema=roomtone", "--no-unlogged-table-data",
         f"--file={dump}", f"--dbname={target}"],
        env=os.environ | password, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise BackupError(f"The database was not dumped: {done.stderr.strip()}")


def _add(tar: tarfile.TarFile, path: Path) -> bool:
    """Add a recording, which may be growing; False if it is not here."""
    try:
        with path.open("rb") as file:
            tar.addfile(tar.gettarinfo(arcname=RECORDINGS + path.name, fileobj=file), file)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def _opened(path: Path) -> Iterator[tuple[tarfile.TarFile, Roles]]:
    """The archive, and the names of the roles in the dump."""
    with ExitStack() as stack:
        try:
            tar = stack.enter_context(tarfile.open(path, "r:"))
            about: dict[str, Any] = json.loads(_member(tar, ABOUT).read())
            roles = Roles.named(",".join(about["roles"]))
            tar.getmembers()  # so that a file that was cut is refused before anything is written
        except (KeyError, TypeError, ValueError, tarfile.TarError) as error:
            raise BackupError(
                f"{path} is no backup made by roomtone backup, or a part of one."
            ) from error
        yield tar, roles


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    """The content of one of the files. Raises KeyError."""
    content = tar.extractfile(name)
    if content is None:
        raise KeyError(name)
    return content


def _extract(tar: tarfile.TarFile, folder: Path, written: list[Path]) -> int:
    """Write the recordings that are not in the folder yet; the number of those that are."""
    found = 0
    for member in tar:
        name = member.name.removeprefix(RECORDINGS)
        content = tar.extractfile(member) if FILE_NAME.fullmatch(name) else None
        if content is None:
            continue
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            file = (folder / name).open("xb")
        except FileExistsError:
            found += 1
            continue
        written.append(folder / name)
        with file:
            os.fchmod(file.fileno(), 0o600)
            if os.geteuid() == 0:  # the folder's account is to read it
                owner = folder.stat()
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            shutil.copyfileobj(content, file)
    return found

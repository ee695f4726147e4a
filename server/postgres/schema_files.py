"""The schema's files: which there are, and in which order they are installed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .. import __version__
from ..paths import SOURCE
from .default_privileges import KNOWN

REVISION: Final = 3
"""Number of the schema. A release that changes the schema has a larger one than the release before."""

OLDEST_RELAY: Final = 1
"""The oldest revision whose relays this schema serves until the *post* migrations have run. After them it serves only its own."""

MIGRATIONS: Final = "schema/migrations"
DEMO: Final = "schema/demo"
CREATED: Final = re.compile(r"^comment on ((?:table|view|function) .+?) is\b", re.MULTILINE)
"""Every object has a comment."""

RIGHTS: Final = "/90_rights/"
TABLE: Final = re.compile(r"^(create (unlogged )?table|alter table)\b", re.MULTILINE)


@dataclass(frozen=True)
class SqlFile:
    """A file of the schema; `name` is its path from the top folder, as in `schema/30_rooms/10_rooms.sql`."""

    name: str
    text: str

    @property
    def mark(self) -> str:
        """MD5 of the text, in hexadecimal."""
        return hashlib.md5(self.text.encode(), usedforsecurity=False).hexdigest()

    @property
    def gives_rights(self) -> bool:
        return RIGHTS in self.name

    @property
    def changes_tables(self) -> bool:
        return TABLE.search(self.text) is not None


@dataclass(frozen=True)
class Release:
    """The files of a release.

    Migrations change what is there, once each, in the order of their numbers: `before` is safe beside relays of the older release,
    and runs first; `after` is not, and runs when none of them is left. `definitions` can be run again at any time.
    """

    before: list[SqlFile]
    definitions: list[SqlFile]
    after: list[SqlFile]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the files' names and texts, in hexadecimal."""
        digest = hashlib.sha256()
        for file in [*self.before, *self.definitions, *self.after]:
            digest.update(f"{file.name}\0{file.text}\0".encode())
        return digest.hexdigest()

    def to_define(self, installed: dict[str, str], *, migrated: bool) -> list[SqlFile]:
        """The definitions to run where these files were installed, each with its mark; rights come again after any other.

        A changed table may be part of any definition, so then all of them are run.
        """
        changed = [file for file in self.definitions if installed.get(file.name) != file.mark]
        if migrated or any(file.changes_tables for file in changed):
            return self.definitions
        return [
            file for file in self.definitions if file in changed or (changed and file.gives_rights)
        ]

    @property
    def objects(self) -> list[str]:
        """The tables, views and functions that the definitions create, such as `table rooms` and `function say(bigint, text)`."""
        return [name for file in self.definitions for name in CREATED.findall(file.text)]

    @property
    def rights(self) -> list[SqlFile]:
        return [file for file in self.definitions if file.gives_rights]

    def marks(self, *, all_done: bool) -> str:
        """The names of the files with their marks, as JSON; without `all_done`, not those that run `after`."""
        done = [*self.before, *self.definitions, *(self.after if all_done else [])]
        return json.dumps({file.name: file.mark for file in done})


def release(source: Path = SOURCE) -> Release:
    """The schema and then its triggers, in the order in which they are installed."""
    migrations = _files(source, MIGRATIONS)
    return Release(
        [file for file in migrations if file.name.endswith(".pre.sql")],
        schema_files(source),
        [file for file in migrations if file.name.endswith(".post.sql")],
    )


def schema_files(source: Path = SOURCE) -> list[SqlFile]:
    """The definitions, without migrations and demo."""
    return [*_files(source, "schema"), *_files(source, "triggers")]


def demo_files(source: Path = SOURCE) -> list[SqlFile]:
    """Invented users, clubs and rooms, for a new database."""
    return _files(source, DEMO)


def script() -> Iterator[str]:
    """The whole installation as one psql script, piece by piece; no database is needed. No relay may be running."""
    this = release()
    yield "begin;\nset local client_encoding = 'UTF8';\nset local standard_conforming_strings = on;\n"
    yield f"select set_config('roomtone.known', ({KNOWN})::text, true) is not null as begun;\n"
    for file in [*this.before, *this.definitions]:
        yield f"\n-- {file.name}\n\n{file.text}"
    yield (
        "\ninsert into roomtone.schema_installs (fingerprint, version, revision, oldest_relay, files, objects)"
        f" values ('{this.fingerprint}', '{__version__}', {REVISION}, {REVISION}, '{this.marks(all_done=True)}',"
        f" '{{{','.join(map(json.dumps, this.objects))}}}');\n"
    )
    for file in [*this.after, *this.rights]:
        yield f"\n-- {file.name}\n\n{file.text}"
    yield "\nselect roomtone.revoke_default_privileges(current_setting('roomtone.known')::oid[]);\n"
    yield "\ncommit;\n"


def _files(source: Path, folder: str) -> list[SqlFile]:
    """Those of the folder itself: migrations and the demo only if it is theirs."""
    paths = (path.relative_to(source).as_posix() for path in (source / folder).rglob("*.sql"))
    apart = (MIGRATIONS, DEMO)
    return [
        SqlFile(path, (source / path).read_text(encoding="utf-8"))
        for path in sorted(paths)
        if folder in apart or not path.startswith(apart)
    ]

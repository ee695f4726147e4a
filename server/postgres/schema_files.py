"""The schema's files: which there are, and in which order they are installed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .. import __version__
from ..paths import SOURCE

DEMO: Final = "schema/demo"


@dataclass(frozen=True)
class SqlFile:
    """A file of the schema; `name` is its path from the top folder, as in `schema/30_rooms/10_rooms.sql`."""

    name: str
    text: str


def schema_files(source: Path = SOURCE) -> list[SqlFile]:
    """The schema and then its triggers, in the order in which they are installed."""
    return [*_files(source, "schema"), *_files(source, "triggers")]


def demo_files(source: Path = SOURCE) -> list[SqlFile]:
    """Invented users, clubs and rooms, for a new database."""
    return _files(source, DEMO)


def fingerprint(files: Sequence[SqlFile]) -> str:
    """SHA-256 of the files' names and texts, in hexadecimal."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0{file.text}\0".encode())
    return digest.hexdigest()


def script() -> Iterator[str]:
    """The whole installation as one psql script, piece by piece; no database is needed."""
    files = schema_files(SOURCE)
    yield "begin;\nset local client_encoding = 'UTF8';\nset local standard_conforming_strings = on;\n"
    for file in files:
        yield f"\n-- {file.name}\n\n{file.text}"
    yield (
        "\ninsert into roomtone.schema_installs (fingerprint, version)"
        f" values ('{fingerprint(files)}', '{__version__}');\ncommit;\n"
    )


def _files(source: Path, folder: str) -> list[SqlFile]:
    paths = (path.relative_to(source).as_posix() for path in (source / folder).rglob("*.sql"))
    demo = folder == DEMO
    return [
        SqlFile(path, (source / path).read_text(encoding="utf-8"))
        for path in sorted(paths)
        if path.startswith(DEMO) == demo
    ]

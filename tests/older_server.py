"""PostgreSQL servers of other releases than the embedded one: from packages of npm, and the machine's own from Debian's package."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.programs import VERSION, bin_dir

NODE_MODULES: Final = Path(__file__).parents[1] / "node_modules"


def servers() -> dict[str, Path]:
    """The programs of each server that is installed, by its release: `14`, and `18-3` for an older minor release of the embedded one.

    Those of npm's packages have no pg_dump, and are there for Linux on x86-64 alone. Without any it is the embedded one.
    """
    found = {
        path.parents[2].name.removeprefix("postgres-"): _linked(path.parents[2])
        for path in NODE_MODULES.glob("postgres-*/native/bin/initdb")
    }
    found |= {
        path.parents[1].name: path.parent
        for path in Path("/usr/lib/postgresql").glob("1[4-7]/bin/initdb")
    }
    return found or {VERSION: bin_dir()}


def _linked(package: Path) -> Path:
    """The folder of a package's programs, with the links to their libraries. The package's script makes them, which npm 12 does not run."""
    for link in json.loads((package / "native/pg-symlinks.json").read_text()):
        target = package / link["target"]
        with suppress(FileExistsError):
            target.symlink_to((package / link["source"]).relative_to(target.parent))
    return package / "native/bin"


def older_bin_dir() -> Path:
    """The programs of the oldest PostgreSQL from 14 on that is installed with all of them. Without any, those of the embedded one."""
    complete = {name: path for name, path in servers().items() if (path / "pg_dump").exists()}
    return complete[min(complete)] if complete else bin_dir()


class OtherPostgres(EmbeddedPostgres):
    """It lives as the embedded one does, and does not wait for the disk."""

    locale = ("--locale=C.UTF-8",)

    def __init__(self, data_dir: Path, programs: Path) -> None:
        super().__init__(data_dir, durable=False)
        self.bin = programs

    def _check_version(self) -> None:
        """Its data belongs to its own programs."""

    def _reachable_programs(self) -> Path:
        if self.bin == bin_dir():
            return super()._reachable_programs()
        if self._account.reaches(self.bin / "postgres"):
            return self.bin
        copy = self.data_dir / "programs"
        shutil.copytree(self.bin.parent, copy, symlinks=True)
        return copy / "bin"


class OlderPostgres(OtherPostgres):
    """The oldest one."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir, older_bin_dir())
        self.version = VERSION if self.bin == bin_dir() else self.bin.parent.name

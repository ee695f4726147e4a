"""A PostgreSQL that is older than the embedded one: the machine's own, from Debian's package, where there is one."""

from __future__ import annotations

from pathlib import Path

from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.programs import VERSION, bin_dir


def older_bin_dir() -> Path:
    """The programs of the oldest PostgreSQL from 14 on that is installed. Without any, those of the embedded one."""
    found = {
        int(path.parent.parent.name): path.parent
        for path in Path("/usr/lib/postgresql").glob("1[4-7]/bin/initdb")
    }
    return found[min(found)] if found else bin_dir()


class OlderPostgres(EmbeddedPostgres):
    """It lives as the embedded one does, and does not wait for the disk."""

    locale = ("--locale=C.UTF-8",)

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir, durable=False)
        self.bin = older_bin_dir()
        self.version = VERSION if self.bin == bin_dir() else self.bin.parent.name

    def _check_version(self) -> None:
        """Its data belongs to the machine's programs."""

    def _reachable_programs(self) -> Path:
        return super()._reachable_programs() if self.bin == bin_dir() else self.bin

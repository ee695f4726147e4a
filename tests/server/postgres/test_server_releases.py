"""Each release of PostgreSQL that Roomtone supports: the same rights, the same rooms, and nothing of others is touched."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from roomtone.postgres.backup import backup, restore
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.install import install
from roomtone.postgres.programs import socket_url
from roomtone.postgres.uninstall import uninstall

from ...conftest import Connect
from ...older_server import OtherPostgres, servers
from ...schema.test_upgrade import RELEASE_0_1_0
from .test_restored import rights
from .test_shop import SHOP, a_day, outside


def quietly(line: str) -> None:
    """Progress that nobody reads."""


@pytest.mark.parametrize("release", sorted(servers()))
def test_it_installs_upgrades_serves_is_backed_up_and_is_removed(
    release: str,
    open_dir: Path,
    postgres: EmbeddedPostgres,
    template: str,
    empty_database_url: str,
    connect: Connect,
) -> None:
    file, recordings = open_dir / "backup", open_dir / "recordings"
    with OtherPostgres(open_dir / "server", servers()[release]) as server:
        shop = connect(server.url)
        assert str(shop.info.server_version)[:2] == release[:2]
        shop.execute(SHOP.read_bytes())
        shop.execute("alter database roomtone reset search_path")  # release 0.1.0 replaces it
        before = outside(server.url, connect)
        shop.execute(gzip.decompress(RELEASE_0_1_0.read_bytes()))
        assert install(server.url, demo=True).changed
        assert rights(server.url) == rights(socket_url(postgres.sockets, database=template))
        a_day(server.relay_url)
        backup(server.url, file, recordings, quietly)
        assert outside(server.url, connect) == before
        shop.close()
        assert len(uninstall(server.url).roles) == 3
        assert outside(server.url, connect) == before
    restore(empty_database_url, file, recordings, quietly)
    a_day(empty_database_url)

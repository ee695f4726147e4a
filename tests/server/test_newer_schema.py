"""A process whose release the schema does not serve any more says so in one line, and ends: to start it again would not help."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from roomtone.postgres.schema_files import REVISION
from roomtone.supervision import CANNOT_GO_ON

from ..patience import PATIENCE, eventually
from ..people import Psql


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (("--port", "0", "--no-nodes", "--workers", "2"), ["relay", "relay"]),
        (("node", "sfu"), ["sfu"]),
    ],
)
def test_a_process_that_is_not_served_any_more_ends(
    psql: Psql, database_url: str, words: tuple[str, ...], kinds: list[str]
) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ROOMTONE_")}
    command = [sys.executable, "-m", "roomtone", *words, "--database-url", database_url]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=clean
    ) as process:
        try:
            # All of them: one that starts meanwhile could not start at all.
            eventually(lambda: psql.one("select array_agg(kind) from nodes") == kinds)
            psql.run(
                "insert into schema_installs (fingerprint, version, installed_at, revision, oldest_relay)"
                " values ('newer', '9.8.7', clock_timestamp(), %s, %s)",
                REVISION + 1,
                REVISION + 1,
            )
            _, log = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == CANNOT_GO_ON
    said = [line for line in log.splitlines() if "Roomtone 9.8.7, which does not serve" in line]
    assert 1 <= len(said) <= 2, log  # a line for each process
    assert "Traceback" not in log
    assert psql.all("select id from nodes") == []

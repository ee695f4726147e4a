"""`roomtone node edge`, as people run it."""

from __future__ import annotations

import re
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner
from roomtone.cli.node import node_command
from roomtone.tools.database_server import has_ended
from roomtone.tools.processes import node

from ....patience import comes_true
from ....people import Psql


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sfu", "--janus-url", "ws://127.0.0.1:8188"], "--janus-url is for an edge"),
        (["edge", "--janus-secret", "x"], "give --janus-url, too"),
        (["edge", "--janus-url", "http://127.0.0.1:8088"], "write ws://HOST:PORT"),
        (["edge", "--edge-ports", "40000-20000"], "the first and the last UDP port"),
        (["edge", "--edge-ports", "20-30"], "the first and the last UDP port"),
        (["edge", "--mix-address", "here"], "write an IP address"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_that_mean_nothing_are_refused(arguments: list[str], words: str) -> None:
    refused = CliRunner().invoke(node_command, arguments)
    assert refused.exit_code == 2
    assert words in refused.output


def test_a_secret_is_given_once(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("one")
    given = [
        "--janus-url",
        "ws://127.0.0.1:1",
        "--janus-secret",
        "other",
        "--janus-secret-file",
        str(file),
    ]
    refused = CliRunner().invoke(node_command, ["edge", *given])
    assert "choose one of the two" in refused.output


async def test_a_killed_edge_takes_its_janus_with_it(
    database_url: str, psql: Psql, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    async with node("edge", database_url, log) as process:
        await comes_true(
            lambda: psql.one("select count(*) from living_nodes() where kind = 'edge'")
        )
        await comes_true(lambda: re.search(r"leads Janus \d+", log.read_text()))
        janus = psutil.Process(int(re.findall(r"leads Janus (\d+)", log.read_text())[-1]))
        process.kill()
        await comes_true(lambda: has_ended(janus))


async def test_an_edge_says_why_its_janus_cannot_be_reached(
    database_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    async with node("edge", database_url, log, "--janus-url", "ws://127.0.0.1:9") as process:
        await comes_true(lambda: has_ended(process))
    assert "Janus cannot be reached at ws://127.0.0.1:9" in log.read_text()

"""Every command of docs/course runs; test_transcripts.py types what is for psql."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from roomtone.drill.catalogue import DRILLS

from ..conftest import Connect
from ..people import Psql
from ..running import run_relay
from ..server.transports.reader import Reader
from .transcripts import DOCS

COMMAND = re.compile(r"^\$ (?:\.venv/bin/)?roomtone (.*)$", re.MULTILINE)
SMALL = {
    "signaling": ("--followers", "2", "--duration", "1"),
    "topology": ("--speakers", "2", "--listeners", "1", "--duration", "2"),
}
"""What a test makes smaller: the last of two options of a name counts."""


def commands(kind: str) -> list[str]:
    """The commands of this kind on all pages, each once."""
    pages = sorted((DOCS / "course").glob("*.md"))
    found = [each for page in pages for each in COMMAND.findall(page.read_text("utf-8"))]
    return [each for each in dict.fromkeys(found) if each.split()[0] == kind]


def test_the_pages_have_no_other_commands_than_are_tested() -> None:
    found = COMMAND.findall("\n".join(p.read_text("utf-8") for p in (DOCS / "course").glob("*.md")))
    assert {each.split()[0] for each in found} == {"lesson", "lab", "drill"}
    assert {f"lesson {number}" for number in range(1, 7)} == set(commands("lesson"))


@pytest.mark.parametrize("command", commands("lab"))
def test_every_measurement_of_the_course_runs(command: str, tmp_path: Path) -> None:
    words = shlex.split(command)
    [report] = [word for word in words if word.endswith(".html")]
    run = [sys.executable, "-m", "roomtone", *words, *SMALL[words[1]]]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "<svg" in (tmp_path / report).read_text("utf-8")


def test_every_drill_of_the_course_is_one_that_the_tests_run() -> None:
    named = {words[1] for words in map(str.split, commands("drill"))}
    assert named <= set(DRILLS)


@pytest.mark.anyio
async def test_every_curl_command_of_the_course_gets_an_answer(
    database_url: str, connect: Connect
) -> None:
    page = (DOCS / "course" / "3-four-ways-to-follow-a-room.md").read_text("utf-8")
    typed = re.findall(r"^curl .*$", page, re.MULTILINE)
    assert len(typed) == 5
    with run_relay(database_url) as relay:
        reader = Reader(relay.url)
        for command in typed:
            reader.learn(await reader.types(command))
    assert Psql(connect()).one("select count(*) from participants where peer_id is not null") == 1

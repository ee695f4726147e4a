"""Every command of docs/course works; test_transcripts.py types what is for psql."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
from click.testing import CliRunner
from roomtone.cli import cli
from roomtone.drill.catalogue import DRILLS
from roomtone.lab.signaling.command import SIGNALING
from roomtone.lab.topology.command import TOPOLOGY

from ..conftest import Connect
from ..people import Psql
from ..running import run_relay
from ..server.transports.reader import Reader
from .transcripts import DOCS

COMMAND = re.compile(r"^\$ (?:\.venv/bin/)?roomtone (.*)$", re.MULTILINE)


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
def test_every_measurement_of_the_course_is_one_that_the_lab_makes(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """tests/server/lab runs both labs, with smaller numbers: here the numbers are made into a plan, and nothing is started."""
    plans: list[object] = []

    def performed(plan: Any, *_: object) -> int:
        plans.append(plan)
        return 0

    for measuring in (SIGNALING, TOPOLOGY):
        monkeypatch.setattr(type(measuring), "perform", lambda _, *given: performed(*given))
    done = CliRunner().invoke(cli, shlex.split(command))
    assert (done.exit_code, len(plans)) == (0, 1), done.output


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

"""`roomtone psql`: queries by name, the prompt, and the user's own psqlrc."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from roomtone.paths import PSQL
from roomtone.postgres.programs import psql_command, psql_environment

from ...patience import PATIENCE

RC = (PSQL / "rc.psql").read_text("utf-8")
GUIDE = (PSQL / "guide.psql").read_text("utf-8")
QUERIES = re.findall(r"^\\set (\w+) +'select", RC, re.MULTILINE)


def typed(url: str, *lines: str, **environment: str) -> str:
    """The output of psql for these lines."""
    done = subprocess.run(
        [*psql_command(url), "--set=ON_ERROR_STOP=1"],
        input="\n".join(lines),
        env={**os.environ, **psql_environment(url), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_query_runs_for_the_operator(demo_database_url: str) -> None:
    assert typed(demo_database_url, *(f":{name};" for name in QUERIES)).count("row") >= len(QUERIES)


def test_every_query_but_the_one_of_relays_runs_for_a_participant(demo_database_url: str) -> None:
    for_people = [f":{name};" for name in QUERIES if name != "relays"]
    shown = typed(demo_database_url, "select act_as('rick');", "select join_room(1);", *for_people)
    assert "rick joins as HOST" in shown


def test_a_query_can_be_continued_with_a_condition_or_a_watch(demo_database_url: str) -> None:
    shown = typed(
        demo_database_url,
        "insert into participants (room_id, user_id) values (1, 2), (2, 3);",
        ":roster where room_id = 2;",
        ":trace \\watch c=2 i=0.05",
    )
    assert "bjørn" in shown
    assert "amara" not in shown
    assert shown.count("connected_ms") == 2


def test_the_queries_of_one_room_follow_the_chosen_room(demo_database_url: str) -> None:
    shown = typed(demo_database_url, "\\set room 2", ":replay;")
    assert "amara opens the room" in shown


def test_the_guide_names_every_query_and_only_those() -> None:
    named = set(re.findall(r"(?<!\w):(\w+)", GUIDE)) - {"help"}
    assert named == set(QUERIES) - {"relays"}


def test_the_guide_is_shown_when_asked_for(demo_database_url: str) -> None:
    assert "act_as('rick')" in typed(demo_database_url, ":help")
    assert typed(demo_database_url, "\\echo") == "\n"
    greeted = typed(demo_database_url, "\\echo", **psql_environment(demo_database_url, greets=True))
    assert "act_as('rick')" in greeted


def test_the_psqlrc_of_the_user_is_read_last(
    demo_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "it's mine"
    own.write_text("\\set PROMPT1 'mine'\n\\set QUIET on\n", encoding="utf-8")
    monkeypatch.setenv("PSQLRC", str(own))
    assert typed(demo_database_url, "\\echo :PROMPT1 :room") == "mine 1\n"


def test_the_prompt_tells_the_operator_from_a_person(demo_database_url: str) -> None:
    """`%#` is `#` for a superuser only (PostgreSQL manual, psql, Prompting)."""
    assert typed(demo_database_url, "\\echo :PROMPT1") == "roomtone%R%x%# \n"

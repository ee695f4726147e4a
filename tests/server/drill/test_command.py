"""The command `roomtone drill`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner
from roomtone.cli import cli
from roomtone.drill.catalogue import DRILLS

from ...patience import PATIENCE

DOCS = Path(__file__).parents[3] / "docs" / "drills.md"


def test_without_a_name_every_drill_is_listed_and_explained() -> None:
    listed = CliRunner().invoke(cli, ["drill"])
    assert listed.exit_code == 0
    for each in DRILLS.values():
        assert each.name in listed.stdout
        assert each.description in listed.stdout


def test_each_drill_is_explained_in_two_sentences() -> None:
    for each in DRILLS.values():
        assert len(re.findall(r"\.(?: |$)", each.description)) == 2, each.name


def test_an_unknown_drill_is_refused_by_name() -> None:
    refused = CliRunner().invoke(cli, ["drill", "earthquake"])
    assert refused.exit_code == 2
    assert "There is no drill 'earthquake'" in refused.stderr


def test_json_prints_the_verdicts_for_programs() -> None:
    command = [sys.executable, "-m", "roomtone", "drill", "large-sdp", "--json"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=2 * PATIENCE
    )
    document = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert document["passed"] is True
    (verdict,) = document["drills"]
    assert verdict["drill"] == "large-sdp"
    assert verdict["missed"] == 0
    assert verdict["followers"] >= 50
    assert verdict["rooms"] >= 4
    assert "drilling: large-sdp" in done.stderr


def test_the_page_about_drills_describes_every_drill() -> None:
    page = DOCS.read_text(encoding="utf-8")
    for each in DRILLS.values():
        assert f"| `{each.name}` | {each.description} |" in page

"""The command `roomtone drill`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from roomtone.drill.catalogue import DRILLS

from ...patience import PATIENCE

DOCS = Path(__file__).parents[3] / "docs" / "drills.md"


def drill(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "roomtone", "drill", *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=2 * PATIENCE
    )


def test_without_a_name_every_drill_is_listed_and_explained() -> None:
    listed = drill()
    assert listed.returncode == 0
    for each in DRILLS.values():
        assert each.name in listed.stdout
        assert each.description in listed.stdout


def test_each_drill_is_explained_in_two_sentences() -> None:
    for each in DRILLS.values():
        assert len(re.findall(r"\.(?: |$)", each.description)) == 2, each.name


def test_an_unknown_drill_is_refused_by_name() -> None:
    refused = drill("earthquake")
    assert refused.returncode == 2
    assert "There is no drill 'earthquake'" in refused.stderr


def test_json_prints_the_verdicts_for_programs() -> None:
    done = drill("large-sdp", "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert document["passed"] is True
    assert [each["drill"] for each in document["drills"]] == ["large-sdp"]
    assert document["drills"][0]["missed"] == 0
    assert "drilling: large-sdp" in done.stderr


def test_the_page_about_drills_describes_every_drill() -> None:
    page = DOCS.read_text(encoding="utf-8")
    for each in DRILLS.values():
        assert f"| `{each.name}` | {each.description} |" in page

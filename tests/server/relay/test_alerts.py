"""The alerts of deploy/ fire when they should, by Prometheus' own tool, and the operator's page says what to do about each."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]
RULES = ROOT / "deploy" / "prometheus-rules.yaml"
CASES = Path(__file__).with_name("alerts.yaml")


def promtool(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["promtool", *arguments], cwd=folder, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_alerts_fire_for_a_relay_that_is_ill_and_for_no_other(tmp_path: Path) -> None:
    for file in (RULES, CASES):
        shutil.copy(file, tmp_path)
    promtool(tmp_path, "check", "rules", "--lint=all", "--lint-fatal", RULES.name)
    promtool(tmp_path, "test", "rules", CASES.name)


def test_each_alert_is_tried_well_and_ill_and_the_operators_page_says_what_to_do() -> None:
    alerts = re.findall(r"- alert: (\w+)", RULES.read_text("utf-8"))
    well, _, ill = CASES.read_text("utf-8").partition("fires for a relay that is ill")
    for tried in (well, ill):
        assert re.findall(r"alertname: (\w+)", tried) == alerts
    page = (ROOT / "docs" / "operating.md").read_text("utf-8")
    assert re.findall(r"^\| `(Roomtone\w+)` \|", page, re.MULTILINE) == alerts

"""The client's pure modules, by Node's own test runner: `*.test.js` beside this file and in conformance."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from ..patience import PATIENCE

ROOT = Path(__file__).parents[2]

TOGETHER = "for (const file of process.argv.slice(1)) await import(file)"
"""All in one process: to start one for each file takes five times as long as the tests."""

ALONE = re.compile(r"\bmock\b|\b(before|after)(Each)?\(|\bglobalThis\.\w+ = ")
"""What a file has that changes what all files of a process share."""


def test_the_pure_modules_pass_in_node() -> None:
    found = (ROOT / "tests").rglob("*.test.js")
    files = sorted(path for path in found if "node_modules" not in path.parts)
    alone = [path for path in files if ALONE.search(path.read_text("utf-8"))]
    together = [path for path in files if path not in alone]
    assert alone
    assert together
    commands: tuple[list[str | Path], ...] = (
        ["node", "--input-type=module", "--eval", TOGETHER, *together],
        ["node", "--test", *alone],
    )
    for command in commands:
        run = subprocess.run(
            command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE
        )
        assert run.returncode == 0, run.stdout + run.stderr

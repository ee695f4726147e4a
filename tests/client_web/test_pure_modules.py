"""The client's pure modules, by Node's own test runner: `*.test.js` beside this file and in conformance."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_pure_modules_pass_in_node() -> None:
    found = (path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.test.js"))
    files = sorted(str(path) for path in found if "node_modules" not in path.parts)
    assert files
    run = subprocess.run(
        ["node", "--test", *files], check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr

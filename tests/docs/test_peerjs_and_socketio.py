"""docs/peerjs-and-socketio.md: the files for Node print what the page shows. The one for a browser: tests/client_web/test_peerjs.py."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from roomtone.paths import PACKAGE

from ..patience import PATIENCE
from ..running import run_relay
from .code_blocks import DOCS, files, printed_by, says

PAGE = "peerjs-and-socketio.md"
ROOT = PACKAGE.parent


def test_the_page_has_these_files_and_the_versions_that_are_installed() -> None:
    assert set(files(PAGE)) == {"socketio.mjs", "peerserver.mjs", "peerjs.mjs", "rows.mjs"}
    [packages] = re.findall(r"npm install (.*)", (DOCS / PAGE).read_text("utf-8"))
    wanted = (ROOT / "package.json").read_text("utf-8")
    for package in packages.split():
        name, _, version = package.rpartition("@")
        assert f'"{name}": "{version}"' in wanted


@pytest.mark.parametrize("name", ["socketio.mjs", "rows.mjs"])
def test_the_file_prints_what_the_page_shows(name: str, database_url: str) -> None:
    with run_relay(database_url, demo=True) as relay:
        ran = subprocess.run(
            ["node", "--input-type=module"],
            input=files(PAGE)[name],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,  # where node finds the libraries
            env=os.environ | {"ROOMTONE": relay.url},
            timeout=2 * PATIENCE,
        )
    assert ran.returncode == 0, ran.stderr
    # Two streams end in any order, so each person's lines are compared.
    for person in ("ann", "bob"):
        shown = [line for line in printed_by(PAGE, name) if line.startswith(person)]
        lines = [line for line in ran.stdout.splitlines() if line.startswith(person)]
        wrong = [(a, b) for a, b in zip(shown, lines, strict=False) if not says(a, b)]
        assert (wrong, len(shown)) == ([], len(lines)), ran.stdout

"""Imports that no contract in pyproject.toml states: signaling without audio, and what a relay process loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from roomtone.paths import PACKAGE

MEDIA = PACKAGE / "media"


def imported(path: Path) -> set[str]:
    """The modules of the package that a file imports, as dotted paths below it."""
    here = path.relative_to(PACKAGE).with_suffix("").parts
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            above = here[: len(here) - node.level]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found |= {".".join((*above, *name.split("."))) for name in names}
        elif isinstance(node, ast.ImportFrom | ast.Import):
            names = [alias.name for alias in node.names]
            module = node.module if isinstance(node, ast.ImportFrom) else None
            found |= {name for name in (module, *names) if name and name.startswith("roomtone")}
    return found


def test_signaling_knows_nothing_of_audio() -> None:
    for path in (MEDIA / "signaling").glob("*.py"):
        text = path.read_text("utf-8")
        assert "aiortc" not in text, path.name
        assert all(
            name.startswith("media.signaling.")
            for name in imported(path)
            if name.startswith("media.")
        ), path.name


def test_a_relay_does_not_load_what_audio_needs() -> None:
    loaded = "import sys, roomtone.cli.serve, roomtone.app; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"aiortc", "av", "numpy", "httpx"} & set(modules)


def test_a_command_loads_nothing_of_the_relay() -> None:
    asked = "import sys, roomtone.cli as c; sys.argv[1:] = ['psql', '--help']"
    shown = f"{asked}\ntry: c.main()\nfinally: print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", shown], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "roomtone.cli.psql" in modules
    assert not {"starlette", "uvicorn", "jwt", "cryptography", "roomtone.cli.serve"} & set(modules)

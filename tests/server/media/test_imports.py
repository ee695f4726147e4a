"""What may know what: media is a client like any other, and no relay carries it along."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from roomtone.paths import PACKAGE

LEAVES = {
    "types", "settings", "formats.ice", "paths", "logs", "privileges", "postgres.account", "postgres.notifications", "supervision", "backoff",
    "formats.media_addresses", "formats.ice_addresses", "formats.sdp", "http_client",
}  # fmt: skip
"""What of the package media may import beside itself: words and settings, nothing that serves."""

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


def test_media_imports_nothing_of_the_relay() -> None:
    strangers = {
        f"{path.name}: {name}"
        for path in MEDIA.rglob("*.py")
        for name in imported(path)
        if not f"{name}.".startswith("media.") and name not in LEAVES
    }
    assert strangers == set()


def test_what_media_may_import_imports_nothing_that_serves() -> None:
    for leaf in sorted(LEAVES):
        assert imported(PACKAGE / f"{leaf.replace('.', '/')}.py") <= LEAVES, leaf


def test_signaling_knows_nothing_of_audio() -> None:
    for path in (MEDIA / "signaling").glob("*.py"):
        text = path.read_text("utf-8")
        assert "aiortc" not in text, path.name
        assert {n for n in imported(path) if n.startswith("media.")} <= {
            "backoff", *(f"media.signaling.{p.stem}" for p in path.parent.glob("*.py"))
        }, path.name  # fmt: skip


def test_a_relay_does_not_load_what_audio_needs() -> None:
    loaded = "import sys, roomtone.cli, roomtone.app; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"aiortc", "av", "numpy", "httpx"} & set(modules)

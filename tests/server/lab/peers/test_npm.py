"""npm's packages: all of the versions that are written down; an installation that fails leaves nothing that passes as whole, and is not tried again by the same run."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from roomtone.lab.peers.npm import PACKAGES, Modules
from roomtone.lab.peers.refusals import CannotStart
from roomtone.tools.processes import free_port


def test_an_installation_that_fails_leaves_nothing_and_is_tried_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("npm_config_fetch_retries", "0")

    async def twice() -> list[str]:
        modules = Modules(None)
        why = []
        for _ in range(2):
            with pytest.raises(CannotStart) as refused:
                await modules.having("peer")
            why.append(refused.value.why)
            monkeypatch.setenv("PATH", "")  # a second try would find no npm
        return why

    first, again = asyncio.run(twice())
    assert first == again
    assert "npm" in first
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


def test_every_package_that_is_installed_is_written_down_with_its_version() -> None:
    folder = asyncio.run(Modules(None).having("peer", "socket.io"))
    written = json.loads(PACKAGES.read_text())
    above, below = (
        [json.loads(each.read_text()) for pattern in patterns for each in folder.glob(pattern)]
        for patterns in (
            ("*/package.json", "@*/*/package.json"),
            ("**/node_modules/*/package.json", "**/node_modules/@*/*/package.json"),
        )
    )
    assert {each["name"]: each["version"] for each in above} == written["dependencies"]
    needed = [each.get("dependencies", {}) for each in above + below]
    exact = {one for each in (*needed, *written["overrides"].values()) for one in each.items()}
    assert below
    assert {(each["name"], each["version"]) for each in below} <= exact

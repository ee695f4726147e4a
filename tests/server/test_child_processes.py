"""Child processes of the relay are asked to end once: a second signal would interrupt how they leave their rooms."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from roomtone.child_processes import child_processes
from roomtone.settings import Settings

from ..patience import comes_true


class Started(subprocess.Popen[str]):
    """A process that waits for the end of its input, in place of a node."""

    every: list[Started]

    def __init__(self, _command: list[str], **more: Any) -> None:
        super().__init__([sys.executable, "-c", "import sys; sys.stdin.read()"], **more)
        self.asked_to_end = 0
        self.every.append(self)

    def terminate(self) -> None:
        self.asked_to_end += 1
        super().terminate()


async def test_each_is_asked_to_end_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Started, "every", [], raising=False)
    monkeypatch.setattr("roomtone.child_processes.subprocess.Popen", Started)
    settings = Settings(band=True, data_dir=tmp_path)
    with child_processes(settings, "postgresql://127.0.0.1:1/none") as made:
        for each in made:
            each.start()
        await comes_true(lambda: all(each.process is not None for each in made))
        assert len(made) >= 3
    assert [each.asked_to_end for each in Started.every] == [1] * len(made)


@pytest.mark.parametrize(("why", "edges"), [(None, 1), ("Janus is not installed", 0)])
def test_there_is_an_edge_where_janus_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, why: str | None, edges: int
) -> None:
    monkeypatch.setattr("roomtone.child_processes.missing", lambda: why)
    with child_processes(Settings(data_dir=tmp_path), "postgresql://127.0.0.1:1/none") as made:
        assert [each.name for each in made].count("the edge") == edges

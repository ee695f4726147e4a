"""Processes that run tests at the same time begin with files of different kinds."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from .parallel import LONGEST, FilesOfTwoKinds, place

LONG = ["tests/client_web/test_axe.py", "tests/fuzz/test_document.py"]
SHORT = ["tests/schema/test_names.py", "tests/server/http/test_names.py"]


@pytest.mark.parametrize(
    ("process", "expected"), [("gw0", [*LONG, *SHORT]), ("gw1", [*SHORT, *LONG])]
)
def test_a_process_runs_the_files_of_its_kind_before_the_others(
    process: str, expected: list[str]
) -> None:
    ran: list[str] = []
    tests = [f"{file}::test" for file in (LONG[0], *SHORT, LONG[1])]
    node = Mock(shutting_down=False)
    node.gateway.id = process
    node.send_runtest_some = lambda numbers: ran.extend(tests[number] for number in numbers)
    config: Any = SimpleNamespace(
        getvalue=lambda name: ["popen"], option=SimpleNamespace(loadscopereorder=False)
    )
    scheduler = FilesOfTwoKinds(config)
    scheduler.add_node(node)
    scheduler.add_node_collection(node, tests)
    scheduler.schedule()
    for number in range(len(tests)):
        scheduler.mark_test_complete(node, tests.index(ran[number]))
    assert ran == [f"{file}::test" for file in expected]


def test_the_longest_files_are_there_and_begin_first() -> None:
    assert [name for name in LONGEST if not (Path(__file__).parent / name).is_file()] == []
    paths = [Path(__file__).parent / name for name in LONGEST]
    assert [place(path) for path in paths] == list(range(len(LONGEST)))
    assert place(Path(__file__)) == len(LONGEST)

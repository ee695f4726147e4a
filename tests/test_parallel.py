"""Processes that run tests at the same time begin with files of different kinds, and few run files with sound."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from .parallel import ALONE, AT_ONCE, LONGEST, FilesOfTwoKinds, has_sound, place

SOUND = ["tests/client_web/test_axe.py", "tests/server/media/test_whip.py"]
SILENT = ["tests/fuzz/test_document.py", "tests/server/http/test_names.py"]


class Processes:
    """What processes of these names are given when each file has three tests; `ran` are the files by process, as they begin."""

    def __init__(self, names: list[str], files: list[str]) -> None:
        self.tests = [f"{file}::test_{number}" for file in files for number in range(3)]
        config: Any = SimpleNamespace(
            getvalue=lambda _name: ["popen"] * len(names),
            option=SimpleNamespace(loadscopereorder=False),
        )
        self.scheduler = FilesOfTwoKinds(config)
        self.ran: dict[str, list[str]] = {name: [] for name in names}
        self.waiting: dict[str, list[int]] = {name: [] for name in names}
        self.nodes = {name: self._node(name) for name in names}
        for node in self.nodes.values():
            self.scheduler.add_node(node)
            self.scheduler.add_node_collection(node, self.tests)
        self.scheduler.schedule()

    def _node(self, name: str) -> Mock:
        node = Mock(shutting_down=False)
        node.gateway.id = name

        def send(numbers: list[int]) -> None:
            self.ran[name].append(self.tests[numbers[0]].partition("::")[0])
            self.waiting[name] += numbers

        def shutdown() -> None:
            node.shutting_down = True

        node.send_runtest_some, node.shutdown = send, shutdown
        return node

    def with_sound(self) -> list[str]:
        """The files with sound that processes have to run now, one of each process."""
        files = [
            [self.tests[number].partition("::")[0] for number in waiting]
            for waiting in self.waiting.values()
        ]
        return [next(filter(_sounds, each)) for each in files if any(map(_sounds, each))]

    def run_one_each(self) -> bool:
        """Whether there was one."""
        for name, waiting in self.waiting.items():
            if waiting:
                self.scheduler.mark_test_complete(self.nodes[name], waiting.pop(0))
        return any(self.waiting.values())


def _sounds(file: str) -> bool:
    return has_sound(Path(file))


@pytest.mark.parametrize(
    ("process", "expected"), [("gw0", [*SOUND, *SILENT]), ("gw1", [*SILENT, *SOUND])]
)
def test_a_process_runs_the_files_of_its_kind_before_the_others(
    process: str, expected: list[str]
) -> None:
    processes = Processes([process], [SOUND[0], *SILENT, SOUND[1]])
    while processes.run_one_each():
        pass
    assert processes.ran == {process: expected}


def test_few_processes_run_files_with_sound_at_the_same_time_and_every_file_runs() -> None:
    talking = [f"tests/client_web/test_{number}.py" for number in range(12)]
    alone = [f"tests/{name}" for name in ALONE]
    files = [*talking, *SILENT, *alone]
    processes = Processes([f"gw{number}" for number in range(5)], files)
    at_once = [processes.with_sound()]
    while processes.run_one_each():
        at_once.append(processes.with_sound())
    assert max(map(len, at_once)) == AT_ONCE
    assert all(len(each) == 1 for each in at_once if {*alone} & {*each})
    assert sorted(file for ran in processes.ran.values() for file in ran) == sorted(files)


def test_the_longest_files_are_there_and_begin_first() -> None:
    assert [name for name in LONGEST if not (Path(__file__).parent / name).is_file()] == []
    paths = [Path(__file__).parent / name for name in LONGEST]
    assert [place(path) for path in paths] == list(range(len(LONGEST)))
    assert place(Path(__file__)) == len(LONGEST)

"""Which process runs which file of tests.

In some files browsers, nodes and bots talk: their sound is coded in real time, for as long as a test lasts. The more of them run at once,
the longer each lasts, and the more sound is coded; six at a time did little else. So every second process begins with these files, the
others with those that only compute or wait. Who has no file of its own kind left helps with the other, but never more than `AT_ONCE`
processes run files with sound: one more ends instead. Two browsers at once with sound in both leave no processor for a third. Each kind begins with its longest files, so that no process runs one alone at the end.
"""

from __future__ import annotations

from functools import cache
from pathlib import PurePath
from typing import Final

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

WITH_SOUND: Final = {"client_web", "edge", "media", "node", "topology"}
"""Folders of files in which somebody talks."""

AT_ONCE: Final = 3

ALONE: Final = (
    "client_web/test_common_evening.py",
    "client_web/test_firefox.py",
    "client_web/test_encryption.py",
)
"""While one of these runs, no other file with sound does: Chromium and Firefox with several pages that talk."""

LONGEST: Final = (
    *ALONE,
    "client_web/test_axe.py",
    "server/drill/test_way_drills.py",
    "client_web/test_evening.py",
    "client_web/test_evening_losses.py",
    "fuzz/test_every_check.py",
    "server/drill/test_server_drills.py",
    "fuzz/test_document.py",
    "server/drill/test_bus_drills.py",
    "fuzz/test_requests.py",
    "server/drill/test_browser_drills.py",
    "client_web/test_techniques.py",
    "client_web/test_talking.py",
    "client_web/test_push_to_talk.py",
    "client_web/test_topologies.py",
    "client_web/test_stage.py",
    "test_packaging.py",
    "server/cli/test_cli.py",
    "server/postgres/test_uninstall.py",
    "rights/test_hidden_writes.py",
    "fuzz/test_interleavings.py",
    "server/bench/test_run.py",
    "server/http/test_generators.py",
)
"""Files that take more than about a minute and a half, in the order in which they begin; drills, which mostly wait, and fuzzing in turn."""


def place(path: PurePath) -> int:
    """Where a file stands in `LONGEST`; behind it if it does not."""
    found = [number for number, each in enumerate(LONGEST) if path.match(f"tests/{each}")]
    return found[0] if found else len(LONGEST)


@cache
def is_alone(file: str) -> bool:
    return any(PurePath(file).match(f"tests/{each}") for each in ALONE)


def has_sound(path: PurePath) -> bool:
    return path.parent.name in WITH_SOUND


class FilesOfTwoKinds(LoadFileScheduling):  # type: ignore[misc]
    """As `--dist loadfile`, but every second process begins with the files with sound, the others with those without."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        # What it has finished would be counted again after every test.
        assigned = self.assigned_work[node].items()
        self.assigned_work[node] = {
            file: tests for file, tests in assigned if not all(tests.values())
        }
        file = self._next_file(node)
        if file is not None:
            self.workqueue.move_to_end(file, last=False)
            super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        if node.shutting_down or self._pending_of(self.assigned_work[node]) > 2:
            return  # it needs no file yet; this is called after every test
        if self.workqueue and self._next_file(node) is None:
            node.shutdown()  # it runs what it has, and ends
        else:
            super()._reschedule(node)

    def _next_file(self, node: WorkerController) -> str | None:
        wants_sound = int(node.gateway.id.removeprefix("gw")) % 2 == 0
        others = [other for other in self.nodes if other is not node]
        running = [file for other in others for file in self._sound(other)]
        # Who ends is not waited for: if all that are left waited for each other, all would end, and a file would never run.
        staying = [
            file for other in others if not other.shutting_down for file in self._sound(other)
        ]
        may = [
            file
            for file in self.workqueue
            if not _with_sound(file)
            or (
                len(running) < AT_ONCE and (not staying or not any(map(is_alone, [file, *staying])))
            )
        ]
        return next(
            (file for file in may if _with_sound(file) is wants_sound), may[0] if may else None
        )

    def _sound(self, node: WorkerController) -> list[str]:
        """The first file with sound that it has to run, if any."""
        assigned = self.assigned_work[node].items()
        return [file for file, tests in assigned if _with_sound(file) and not all(tests.values())][
            :1
        ]


@cache
def _with_sound(file: str) -> bool:
    return has_sound(PurePath(file))

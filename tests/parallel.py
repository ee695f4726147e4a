"""Which process runs which file of tests.

Files with browsers, drills and fuzzing compute, most others wait. All of the first kind together need more than the processors have, all
of the second less; so half of the processes run the one kind while the other half runs the other. Who has no file of its own kind left
helps with the other.
"""

from __future__ import annotations

from pathlib import PurePath

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

LONG = {"client_web", "drill", "fuzz", "media", "node", "tests"}
"""Folders whose files take long; in `tests` itself that is test_packaging.py."""


def is_long(path: PurePath) -> bool:
    return path.parent.name in LONG


class FilesOfTwoKinds(LoadFileScheduling):  # type: ignore[misc]
    """As `--dist loadfile`, but every second process begins with the long files, the others with the short ones."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        wants_long = int(node.gateway.id.removeprefix("gw")) % 2 == 0
        for file in self.workqueue:
            if is_long(PurePath(file)) is wants_long:
                self.workqueue.move_to_end(file, last=False)
                break
        super()._assign_work_unit(node)

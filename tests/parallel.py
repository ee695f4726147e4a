"""Which process runs which file of tests.

Files with browsers, drills and fuzzing compute, most others wait. All of the first kind together need more than the processors have, all
of the second less; so half of the processes run the one kind while the other half runs the other. Who has no file of its own kind left
helps with the other. Each kind begins with its longest files, so that no process runs one alone at the end.
"""

from __future__ import annotations

from pathlib import PurePath

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

LONG = {"client_web", "drill", "fuzz", "media", "node", "tests"}
"""Folders whose files take long; in `tests` itself that is test_packaging.py."""

LONGEST = (
    "client_web/test_axe.py",
    "server/drill/test_way_drills.py",
    "client_web/test_evening.py",
    "server/drill/test_server_drills.py",
    "fuzz/test_every_check.py",
    "server/drill/test_bus_drills.py",
    "fuzz/test_document.py",
    "server/drill/test_browser_drills.py",
    "server/media/node/test_node.py",
    "schema/test_sql_text.py",
    "server/transports/test_sse.py",
    "rights/test_hidden_writes.py",
    "server/http/test_generators.py",
    "server/bus/test_logins.py",
    "rights/test_matrix.py",
    "server/postgres/test_uninstall.py",
)
"""Files that take more than about a minute and a half, in the order in which they begin; drills and browsers in turn."""


def place(path: PurePath) -> int:
    """Where a file stands in `LONGEST`; behind it if it does not."""
    found = [number for number, each in enumerate(LONGEST) if path.match(f"tests/{each}")]
    return found[0] if found else len(LONGEST)


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

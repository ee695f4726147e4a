"""No background task is started anywhere but in supervision.py."""

from __future__ import annotations

import ast

from roomtone.paths import PACKAGE

STARTS_TASKS = {"create_task", "ensure_future", "TaskGroup", "run_coroutine_threadsafe"}

ALLOWED = {
    # aiortc keeps a receiver's RTCP task in an attribute of its own, which this module fills as aiortc does.
    "media/aiortc_internals/packets.py": {"ensure_future"},
}


def test_no_task_is_started_but_by_the_supervisor() -> None:
    """Every task is started by supervision.py, so that none fails unseen."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = getattr(node, "attr", None) or getattr(node, "id", None)
            if called in STARTS_TASKS and name != "supervision.py":
                found.setdefault(name, set()).add(str(called))
    assert found == ALLOWED

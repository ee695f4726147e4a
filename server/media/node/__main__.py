"""A node's own process: `python -m roomtone.media.node`, as `roomtone` starts it."""

from __future__ import annotations

from pathlib import Path

from ..child_process import ProcessConfig, run
from .node import serve


async def work(told: ProcessConfig) -> None:
    await serve(told.url, told.more["kind"], ice=told.ice, recordings=Path(told.more["recordings"]))


if __name__ == "__main__":
    run(work)

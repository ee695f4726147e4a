"""A node's own process: `python -m roomtone.media.node`, as `roomtone` starts it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ...child_work import ProcessConfig, run
from ..ice import ice_of
from .node import serve


async def work(config: ProcessConfig) -> None:
    await serve(
        config.url,
        config.more["kind"],
        ice=partial(ice_of, config.settings),
        recordings=Path(config.more["recordings"]),
    )


if __name__ == "__main__":
    run(work)

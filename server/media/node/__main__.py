"""A node's own process: `python -m roomtone.media.node`, as `roomtone` starts it."""

from __future__ import annotations

from pathlib import Path

from ..child_process import ProcessConfig, run
from .node import serve


async def work(config: ProcessConfig) -> None:
    await serve(
        config.url, config.more["kind"], ice=config.ice, recordings=Path(config.more["recordings"])
    )


if __name__ == "__main__":
    run(work)

"""The band's own process: `python -m roomtone.media.band`, as `roomtone` starts it."""

from __future__ import annotations

from ..child_process import ProcessConfig, run
from .player import play


async def work(config: ProcessConfig) -> None:
    await play(config.url, config.ice)


if __name__ == "__main__":
    run(work)

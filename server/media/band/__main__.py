"""The band's own process: `python -m roomtone.media.band`, as `roomtone` starts it."""

from __future__ import annotations

from functools import partial

from ...child_work import ProcessConfig, run
from ..ice import ice_of
from .player import play


async def work(config: ProcessConfig) -> None:
    await play(config.url, partial(ice_of, config.settings))


if __name__ == "__main__":
    run(work)

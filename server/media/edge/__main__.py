"""An edge's own process: `python -m roomtone.media.edge`, as `roomtone` starts it."""

from __future__ import annotations

from ...child_work import ProcessConfig, run
from ...types import UserId
from ..ice import ice_of
from ..node.mix_address import mix_address
from .edge import serve
from .led_janus import own_janus


async def work(config: ProcessConfig) -> None:
    ice = ice_of(config.settings, UserId(0))
    address = await mix_address(config.url)
    await serve(config.url, lambda: own_janus(ice, receives_at=address), reach=ice.reach)


if __name__ == "__main__":
    run(work)

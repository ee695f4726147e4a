"""A pump's own process: `python -m roomtone.bus`, as `roomtone --bus-url …` starts it beside its relay."""

from __future__ import annotations

from ..child_work import ProcessConfig, run
from .address import BusAddress
from .pump import pump


async def work(config: ProcessConfig) -> None:
    bus = config.more["bus"]
    await pump(config.url, BusAddress(tuple(bus["urls"]), bus["credentials"], bus["tls"]))


if __name__ == "__main__":
    run(work)

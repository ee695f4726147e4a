"""The floors: what this machine does with next to nothing in between, and what plain aiortc would need, in the same run."""

from __future__ import annotations

import asyncio
import statistics
import struct
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

from ...tools.worker import Worker
from .figures import Floors
from .marks import Mark, delays
from .plan import Plan

VOICES: Final = 3
TIMES: Final = 10  # that each goes out
SECONDS: Final = 1.0
PLAIN_STREAMS: Final = 4
LENGTH: Final = 172  # bytes of a datagram: RTP header, Opus, SRTP's tag


async def floors(floor: Worker, people: Worker, plan: Plan, forwards: Sequence[Forward]) -> Floors:
    """`floor` is a process of `floor.py`, `people` one of `crowd.py`; `forwards` are those of the rounds. Raises Broken."""
    port = (await floor.ask("relay"))["port"]
    plain = await people.ask(
        "plain", port=port, pid=floor.pid, listeners=PLAIN_STREAMS, seconds=2 * SECONDS
    )
    said = [Mark(**mark) for mark in plain["said"]]
    late = [
        seconds
        for heard in plain["heard"]
        for seconds in delays(said, [Mark(**mark) for mark in heard])[0].values()
    ]
    codec = {
        number: round((await floor.ask("codec", speakers=number))["core"], 4)
        for number in plan.speakers
    }
    return Floors(
        udp=round(statistics.median(each.cpu for each in forwards), 6),
        udp_delay=round(statistics.median(late for each in forwards for late in each.delays), 3),
        plain=round(plain["cpu"] / PLAIN_STREAMS, 5),
        plain_delay=round(1000 * statistics.median(late), 2) if late else None,
        plain_streams=PLAIN_STREAMS,
        protect=round(50 * (await floor.ask("protect"))["seconds"], 6),
        codec=codec,
    )


class _DelayRecorder(asyncio.DatagramProtocol):
    """Notes how long each datagram was on its way."""

    def __init__(self) -> None:
        self.delays: list[float] = []

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.delays.append(time.monotonic() - struct.unpack_from("!d", data)[0])


class Forward(NamedTuple):
    """What one round measured: of a core for one forwarded stream of 50 datagrams a second, and the milliseconds that each was on its way."""

    cpu: float
    delays: list[float]


async def forward(floor: Worker) -> Forward:
    """The idle lane."""
    loop = asyncio.get_running_loop()
    transport, recorder = await loop.create_datagram_endpoint(_DelayRecorder, ("127.0.0.1", 0))
    try:
        own_port = transport.get_extra_info("sockname")[1]
        port = (await floor.ask("forward", port=own_port, times=TIMES))["port"]
        began = time.monotonic()
        for tick in range(round(SECONDS / 0.02)):
            for _ in range(VOICES):
                moment = struct.pack("!d", time.monotonic())
                transport.sendto(moment + bytes(LENGTH - len(moment)), ("127.0.0.1", port))
            await asyncio.sleep(max(0.0, began + (tick + 1) * 0.02 - time.monotonic()))
        done = await floor.ask("forwarded")
    finally:
        transport.close()
    each = done["cpu"] / max(1, done["packets"])
    return Forward(50 * each, [1000 * late for late in recorder.delays])

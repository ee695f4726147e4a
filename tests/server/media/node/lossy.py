"""A bad network of the tests' own: a hop between a person and a node that loses datagrams, and brings others late and out of order.

So it is the same on every machine, also where the kernel has no netem, and only these two are behind it.
"""

from __future__ import annotations

import asyncio
import random
import re
from types import TracebackType
from typing import Any, Self

LOSS = 0.05  # of the datagrams, each by itself, in either direction
LATEST = 0.06  # seconds: each is late by anything up to that, so 30 ms ± 30 ms, and packets 20 ms apart overtake each other

Address = tuple[str, int]


class Hop:
    """`through` rewrites an answer so that its port is ours. Kind until `lossy`, so that a connection comes about."""

    def __init__(self, seed: int = 1) -> None:
        self.lossy = False
        self.lost = self.passed = self.overtaken = 0
        self._chance = random.Random(seed)
        self._node: Address | None = None
        self._person: Address | None = None
        self._due = {True: 0.0, False: 0.0}

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        # What a person sends arrives at the one, and leaves by the other; and back.
        self._outside, self._inside = [
            (await loop.create_datagram_endpoint(lambda up=up: _End(self, up), ("127.0.0.1", 0)))[0]  # type: ignore[misc]
            for up in (True, False)
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._outside.abort()  # without what is still to be sent: this event loop may end now
        self._inside.abort()

    @staticmethod
    def hidden(offer: str) -> str:
        """The offer without addresses: there is no way but through the hop."""
        return re.sub(r"a=(candidate:|end-of-candidates).*\r\n", "", offer)

    def through(self, answer: str) -> str:
        found = re.search(r"a=candidate:\S+ 1 udp \d+ 127.0.0.1 (\d+)", answer)
        assert found is not None
        self._node = ("127.0.0.1", int(found[1]))
        port = self._outside.get_extra_info("sockname")[1]
        return re.sub(r"(a=candidate:\S+ 1 udp \d+ 127.0.0.1) \d+", rf"\1 {port}", answer)

    def take(self, up: bool, data: bytes, sender: Address) -> None:
        if up:
            self._person = sender
        if not self.lossy:
            self._pass_on(up, data)
        elif self._chance.random() < LOSS:
            self.lost += 1
        else:
            self.passed += 1
            loop = asyncio.get_running_loop()
            due = loop.time() + self._chance.uniform(0, LATEST)
            self.overtaken += due < self._due[up]
            self._due[up] = max(self._due[up], due)
            loop.call_at(due, self._pass_on, up, data)

    def _pass_on(self, up: bool, data: bytes) -> None:
        end, to = (self._inside, self._node) if up else (self._outside, self._person)
        if to is not None and not end.is_closing():
            end.sendto(data, to)


class _End(asyncio.DatagramProtocol):
    def __init__(self, hop: Hop, up: bool) -> None:
        self._hop = hop
        self._up = up

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._hop.take(self._up, data, addr)

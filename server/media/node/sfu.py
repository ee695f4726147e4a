"""A selective forwarding unit for one room: every voice on stage goes to everybody else, encoded once, by its speaker.

(RFC 7667, 3.7.) Nothing is decoded here, but for a recording while one runs. The article's paragraph on the SFU describes an MCU; that one is `mcu.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from ...supervision import Supervisor
from ..mixing import Mixed
from ..rtp import RtpPacket
from ..signaling.client import Ice, no_servers
from .peer_connection import Leg
from .recording_mix import Mixdown
from .speakers import Sitter, Speakers


class Sfu:
    """One room. `sit` says who is there, `answer` takes a person's offer. `ice` is asked before each connection."""

    def __init__(self, ice: Callable[[], Awaitable[Ice]] = no_servers) -> None:
        self._ice = ice
        self._sitters: dict[str, Sitter] = {}
        self._legs: dict[str, Leg] = {}
        self._mixdown: Mixdown | None = None
        self._closing = Supervisor()
        self.speakers = Speakers()

    async def sit(self, sitters: Iterable[Sitter]) -> None:
        """These people sit in the room now: who is gone loses the connection, who is muted is not forwarded."""
        before, self._sitters = self._sitters, {each.peer_id: each for each in sitters}
        gone = [leg for peer, leg in self._legs.items() if peer not in self._sitters]
        self._legs = {peer: leg for peer, leg in self._legs.items() if peer in self._sitters}
        for was in before.values():
            now = self._sitters.get(was.peer_id)
            if was.may_be_heard and not (now and now.may_be_heard):
                for leg in self._legs.values():
                    leg.pause(was.voice)
                self.speakers.forget(was.user_id)
        if self._mixdown is not None:
            self._mixdown.keep({p for p, each in self._sitters.items() if each.may_be_heard})
        await asyncio.gather(*(leg.close() for leg in gone))

    async def answer(self, peer_id: str, offer: str) -> str:
        """The answer to this person's offer, whose slots carry those on stage. Raises OfferRefused, KeyError."""
        sitter = self._sitters[peer_id]
        leg = self._legs.get(peer_id)
        if leg is None or not leg.usable:
            leg = await self._renew(sitter, leg)
        on_stage = {
            each.user_id: each.voice
            for each in self._sitters.values()
            if each.on_stage and each.user_id != sitter.user_id
        }
        # Where there are fewer slots than voices, those who spoke last are heard.
        wanted = [on_stage[user_id] for user_id in self.speakers.order(on_stage)]
        # Whoever was invited to speak may say yes at any moment, and then there is no time to negotiate.
        wanted += [
            each.voice
            for each in self._sitters.values()
            if each.invited and not each.on_stage and each.user_id != sitter.user_id
        ]
        return await leg.answer(offer, wanted)

    def record(self, on_mix: Mixed | None) -> None:
        """Mix what is said and tell every tick's mix from now on, silence included; None for no longer."""
        before, self._mixdown = self._mixdown, None if on_mix is None else Mixdown(on_mix)
        if before is not None:
            self._closing.once(before.close(), "end of a mixdown")

    def notify(self, peer_id: str) -> None:
        """Here a program only speaks, and hears nothing: its 201 told it, or it asked to leave (docs/whip.md)."""

    async def candidates(self, peer_id: str, body: object) -> None:
        """Where this person can be reached too."""
        leg = self._legs.get(peer_id)
        if leg is not None:
            await leg.add_candidates(body)

    async def hang_up(self, peer_id: str) -> None:
        """This person ends the connection, and may offer a new one."""
        leg = self._legs.pop(peer_id, None)
        if leg is not None:
            await leg.close()

    async def close(self) -> None:
        self.record(None)
        await self._closing.finish()
        await self.sit([])

    @property
    def legs(self) -> dict[str, Leg]:
        return self._legs

    async def _renew(self, sitter: Sitter, old: Leg | None) -> Leg:
        leg = Leg(await self._ice(), lambda packet: self._forward(sitter.peer_id, packet))
        if sitter.peer_id not in self._sitters:  # they left meanwhile
            await leg.close()
            raise KeyError(sitter.peer_id)
        self._legs[sitter.peer_id] = leg
        if old is not None:
            await old.close()
        return leg

    def _forward(self, peer_id: str, packet: RtpPacket) -> None:
        sitter = self._sitters.get(peer_id)
        if sitter is None or not sitter.may_be_heard:
            return
        if packet.level is not None:
            self.speakers.hear(sitter.user_id, packet.level)
        if self._mixdown is not None:
            self._mixdown.push(peer_id, packet)
        voice = sitter.voice
        for other, leg in self._legs.items():
            if other != peer_id:
                leg.forward(voice, packet)

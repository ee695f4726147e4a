"""What a hosted room needs of its connections and audio, whatever the topology."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from ..mixing import OnMix
from .participant_connection import ParticipantConnection
from .speakers import Participant


class RoomMedia(Protocol):
    """The connections and the audio of one room: an `Sfu` or an `Mcu`."""

    async def set_participants(self, participants: Iterable[Participant]) -> None: ...

    async def answer(self, peer_id: str, offer: str) -> str: ...

    async def candidates(self, peer_id: str, body: object) -> None: ...

    def record(self, on_mix: OnMix | None) -> None: ...

    def notify(self, peer_id: str) -> None: ...

    async def hang_up(self, peer_id: str) -> None: ...

    async def close(self) -> None: ...

    @property
    def connections(self) -> Mapping[str, ParticipantConnection]: ...

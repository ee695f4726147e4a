"""What a drill is: a name, two sentences, a scene to play on, and the damage it does there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .environment import CROWD, Scene


def nothing() -> str | None:
    return None


@dataclass(frozen=True)
class Drill:
    """`play` does the damage while everybody writes and reads, and returns when it is repaired.

    `crowd` followers are seated before; `settings` are the relays'. `durable` as in `Stage`.
    `needs` says what is missing on this machine, or None. `unready`: it takes away what a relay
    needs, so `/ready` may say no meanwhile.
    """

    name: str
    explains: str
    play: Callable[[Scene], Awaitable[None]]
    relays: int = 1
    crowd: int = CROWD
    settings: Mapping[str, Any] = field(default_factory=dict)
    durable: bool = False
    unready: bool = False
    needs: Callable[[], str | None] = nothing

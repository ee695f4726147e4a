"""Users of a run: signed in by name, with or without a seat."""

from __future__ import annotations

from dataclasses import dataclass

from .http import ask
from .network import Place


@dataclass(frozen=True)
class Person:
    """A user that is signed in; `peer` is the `peer_id` of the seat."""

    user: int
    token: str
    peer: str = ""


async def sign_in(place: Place, username: str) -> Person:
    """Raises Refused, or one of `UNREACHABLE`."""
    answer = (await ask(place, "POST", "/session", {"username": username})).accepted()
    return Person(answer["user"]["id"], answer["token"])


async def join(place: Place, token: str, room: int) -> str:
    """The `peer_id` of the new seat. Raises Refused, or one of `UNREACHABLE`."""
    answer = await ask(place, "POST", "/rows/rpc/join_room", {"room_id": room}, token=token)
    return str(answer.accepted()["peer_id"])

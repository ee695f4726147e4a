"""Every page, state and dialog of the client, in one list: axe checks them (test_axe.py), photographs.py takes pictures of them.

A new page, state or dialog is added to one of the walks, none of which shows many: a test is one walk.
"""

from __future__ import annotations

from collections.abc import Mapping

from .audience import audience
from .evening import Evening, State, Walk, browser_context
from .foyer import door, hallway
from .pages import clubs, people
from .recorded import recorded
from .room import dialogs, ends, room
from .sign_in import sign_in

WALKS: Mapping[str, Walk] = {
    "door": door,
    "sign_in": sign_in,
    "hallway": hallway,
    "clubs": clubs,
    "people": people,
    "room": room,
    "dialogs": dialogs,
    "ends": ends,
    "audience": audience,
    "recorded": recorded,
}

__all__ = ["WALKS", "Evening", "State", "Walk", "browser_context"]

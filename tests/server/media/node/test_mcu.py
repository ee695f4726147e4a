"""A room on an MCU: everybody hears one mix, speakers without themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from roomtone.media.node.mcu import Mcu
from roomtone.media.node_rules import MIX

from .people import Person, seat


@pytest.fixture
async def mcu() -> AsyncIterator[Mcu]:
    made = Mcu()
    yield made
    await made.close()


@pytest.fixture
async def people() -> AsyncIterator[list[Person]]:
    made = [Person(1, 440), Person(2, 660), Person(3, 990), Person(4, 0, "AUDIENCE")]
    yield made
    for each in made:
        await each.leave()


async def test_speakers_hear_the_others_and_listeners_everybody(
    mcu: Mcu, people: list[Person]
) -> None:
    one, two, three, listener = people
    await seat(mcu, people)
    for each in people:
        await each.enter(mcu)
    await one.waits_to_hear(MIX, 660, 990)
    await two.waits_to_hear(MIX, 440, 990)
    await three.waits_to_hear(MIX, 440, 660)
    await listener.waits_to_hear(MIX, 440, 660, 990)


async def test_who_is_muted_or_moved_down_leaves_the_mix_and_hears_the_rest(
    mcu: Mcu, people: list[Person]
) -> None:
    one, two, three, listener = people
    await seat(mcu, people)
    for each in people:
        await each.enter(mcu)
    await listener.waits_to_hear(MIX, 440, 660, 990)
    one.participant = replace(one.participant, muted=True)
    two.participant = replace(two.participant, role="AUDIENCE", muted=True)
    await seat(mcu, people)
    await listener.waits_to_hear(MIX, 990)
    await one.waits_to_hear(MIX, 990)
    await three.waits_to_hear(MIX)
    one.participant = replace(one.participant, muted=False)
    await seat(mcu, people)
    await listener.waits_to_hear(MIX, 440, 990)

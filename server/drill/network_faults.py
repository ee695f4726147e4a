"""What can befall the line between a relay and its readers."""

from __future__ import annotations

import time
from typing import Final

from . import nginx
from .drill import Drill
from .environment import CROWD, Scene
from .follower import Follower
from .proxy import Proxy
from .waiting import until

FROZEN: Final = 4  # followers who thaw, and as many who never do
FROZEN_FOR: Final = 3.0  # seconds
SLOW: Final = 2
FAST: Final = 2  # in the same room
HANDS: Final = 100
BURSTS: Final = 44
"""Together with HANDS, more events than a relay keeps of a room, and the kernel of a connection."""

NOTICED_WITHIN: Final = 25.0  # seconds
SOON: Final = 1000.0  # ms; a proxy that buffers holds back for longer


async def freeze(scene: Scene) -> None:
    await scene.ghosts()
    (relay,) = scene.relays
    async with Proxy(relay.place) as passing, Proxy(relay.place) as breaking:
        thawing = await scene.admit(FROZEN, [passing.place])
        lost = await scene.admit(FROZEN, [breaking.place])
        passing.freeze()
        breaking.freeze()
        frozen_at = time.monotonic()
        await scene.traffic(FROZEN_FOR)
        passing.thaw()
        # To these the relay keeps writing, until it finds out that nobody takes it.
        for one in lost:
            one.state = "gone"
        if await until(lambda: scene.nobody_of(lost), NOTICED_WITHIN):
            scene.figures["half-open seats given up after, s"] = round(
                time.monotonic() - frozen_at, 1
            )
        else:
            scene.faults.append(f"half-open streams kept their seats for {NOTICED_WITHIN:g} s")
        scene.departed()
        for one in lost:
            await one.hang_up()
        await _caught_up(scene, thawing)
        # The others have to come round the proxy from now on: it is about to close.
        for one in thawing:
            one.move_to(relay.place)
        await scene.until_all_follow()


async def _caught_up(scene: Scene, thawed: list[Follower]) -> None:
    behind = [event.behind for one in thawed for event in one.journal.events()]
    scene.expect(max(behind, default=0) > FROZEN_FOR / 2, "the frozen line was not frozen")


async def read_slowly(scene: Scene) -> None:
    """A few stop reading while their room is flooded, and go on when it is over."""
    await scene.ghosts()
    (relay,) = scene.relays
    async with await scene.psql() as psql:
        room = await scene.new_room(psql)
        slow = await scene.admit(SLOW, rooms=[room], small=True)
        await scene.admit(FAST, rooms=[room])
        for one in slow:
            one.suspend()
        await psql.execute(
            "with new as (insert into users (username)"
            " select 'flood ' || n from generate_series(1, %s) n returning id)"
            " insert into participants (room_id, user_id) select %s, id from new",
            (HANDS, room),
        )
        flood = "room_id = %s and user_id in (select id from users where username like 'flood %%')"
        for _ in range(BURSTS):
            await psql.execute(f"update participants set muted = not muted where {flood}", (room,))
        await psql.execute(f"delete from participants where {flood}", (room,))
    await until(lambda: _cut(scene), 5.0)
    cut = await relay.metric("roomtone_readers_cut_total")
    scene.figures["events in the flood"] = HANDS * (BURSTS + 2)
    scene.figures["readers cut"] = cut
    scene.expect(cut >= SLOW, f"{cut:g} of {SLOW} slow readers were cut")
    for one in slow:
        one.wake()
    came_back = await until(lambda: all(one.connections > 1 for one in slow), 15.0)
    scene.expect(came_back, "a slow reader never came back")


async def _cut(scene: Scene) -> bool:
    return await scene.relays[0].metric("roomtone_readers_cut_total") >= SLOW


async def behind_nginx(scene: Scene) -> None:
    (relay,) = scene.relays
    async with nginx.Nginx(scene.stage.folder, relay.place) as proxy:
        crowd = await scene.admit(CROWD, [proxy.place])
        await scene.ghosts()
        await scene.traffic(3.0)
        behind = [event.behind for one in crowd for event in one.journal.events()]
        worst = max(behind, default=0) * 1000
        scene.figures["longest behind through nginx, ms"] = round(worst)
        scene.expect(behind, "nothing came through nginx")
        scene.expect(worst < SOON, f"somebody behind nginx waited {worst:.0f} ms")
        for one in scene.living():
            one.move_to(relay.place)
        await scene.until_all_follow()


FROZEN_NETWORK = Drill(
    "frozen-network",
    "Some clients' network freezes: connections stay open and nothing passes, for a while or for good. "
    "Those who thaw have missed nothing, and the others' seats are given up although no connection ever closed.",
    freeze,
)
SLOW_READER = Drill(
    "slow-reader",
    "A few stop reading while their room is flooded with more events than the relay keeps in memory. "
    "They are cut off, nobody else waits for them, and they read on from where they were.",
    read_slowly,
)
BUFFERING_PROXY = Drill(
    "buffering-proxy",
    "Everybody comes through a real nginx with its default configuration, which buffers what it passes. "
    "Every event still arrives at once, because the stream forbids the buffering.",
    behind_nginx,
    crowd=0,
    needs=nginx.missing,
)

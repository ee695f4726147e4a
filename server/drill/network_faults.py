"""Faults of the network between a relay and its followers."""

from __future__ import annotations

import time
from typing import Final

from ..tools import nginx
from ..tools.network import Place
from ..tools.waiting import SELDOM, until
from .comparison import longest
from .drill import Drill
from .environment import CROWD, DISCONNECTED, DrillEnvironment, Psql
from .follower import Follower
from .onlookers import STREAMS_PER_USER, two_crowds
from .proxy import proxy

FROZEN: Final = 4  # followers whose network recovers, and as many whose network does not
FROZEN_FOR: Final = 3.0  # seconds
SLOW: Final = 2
FAST: Final = 2  # in the same room
PSQL_USERS: Final = 100
BURSTS: Final = 44
"""Together with PSQL_USERS, more events than a relay keeps for a room, and the kernel for a connection."""

FILLING: Final = 8
"""Bursts of long messages: more than the kernel and the relay's transport keep for a connection, and fewer events than a relay keeps for a room."""

FLOODS: Final = 3  # at most
CUT_WITHIN: Final = 60.0  # seconds after a flood
FLOODING: Final = (
    "room_id = %s and user_id in (select id from users where username like 'flood %%')"
)
MESSAGES: Final = 8  # in a burst
LONG_MESSAGES: Final = (
    "insert into messages (room_id, user_id, body)"
    f" select room_id, user_id, repeat('🎷', 2000) from participants where {FLOODING} limit {MESSAGES}"
)
"""A thousand others receive them, too, for whom many short ones would cost much more."""

BURST: Final = f"update participants set muted = not muted where {FLOODING}"

DIRECT: Final = 8  # followers without nginx: what they wait for, nginx is not to blame for
QUIET: Final = 2  # followers in a room in which a single event is written, less than any buffer


async def freeze(environment: DrillEnvironment) -> None:
    await environment.disconnect_some()
    (relay,) = environment.relays
    async with proxy(relay.place) as passing, proxy(relay.place) as breaking:
        thawing = await environment.add_followers(FROZEN, [passing.place])
        lost = await environment.add_followers(FROZEN, [breaking.place])
        passing.freeze()
        breaking.freeze()
        frozen_at = time.monotonic()
        await environment.traffic(FROZEN_FOR)
        passing.thaw()
        # The relay keeps writing to these, until it detects the lost connections.
        for follower in lost:
            follower.state = "gone"
        with environment.writers.seldom():
            gone = await until(lambda: environment.seats_are_gone(lost), every=SELDOM)
        if gone:
            environment.figures["half-open seats given up after, s"] = round(
                time.monotonic() - frozen_at, 1
            )
        else:
            environment.faults.append("half-open streams kept their seats")
        environment.note_departure()
        for follower in lost:
            await follower.disconnect()
        await _caught_up(environment, thawing)
        # The others connect to the relay directly from now on: the proxy is about to close.
        for follower in thawing:
            follower.reconnect_to(relay.place)
        await environment.until_all_follow()


async def _caught_up(environment: DrillEnvironment, thawed: list[Follower]) -> None:
    behind = [event.behind for follower in thawed for event in follower.observed.events()]
    environment.expect(
        max(behind, default=0) > FROZEN_FOR / 2, "the frozen connection was not frozen"
    )


async def read_slowly(environment: DrillEnvironment) -> None:
    """Two followers stop reading beside a crowd, then two others while their room is flooded, and continue afterwards."""
    await environment.disconnect_some()
    # What is written in other rooms changes the hallway of a thousand streams, and only delays the flood.
    with environment.writers.seldom():
        await _read_slowly(environment)


async def _read_slowly(environment: DrillEnvironment) -> None:
    async with await environment.psql() as psql:
        room = await environment.new_room(psql)
        await environment.add_followers(FAST, rooms=[room])
        await psql.execute(
            "with new as (insert into users (username)"
            " select 'flood ' || n from generate_series(1, %s) n returning id)"
            " insert into participants (room_id, user_id) select %s, id from new",
            (PSQL_USERS, room),
        )
        await _stop_beside_a_crowd(environment, psql, room)
        for _ in range(FLOODS):
            slow = await environment.add_followers(SLOW, rooms=[room], small=True)
            if await _stop_in_a_flood(environment, psql, room, slow):
                break
            # A busy machine cut the fast ones first, or kept the slow ones away for longer than their grace.
            await environment.disconnect_some(slow)
        else:
            environment.faults.append("a slow reader was not cut, or did not reconnect")
        await psql.execute(f"delete from participants where {FLOODING}", (room,))


async def _stop_beside_a_crowd(environment: DrillEnvironment, psql: Psql, room: int) -> None:
    slow = await environment.add_followers(SLOW, rooms=[room], small=True)
    async with two_crowds(environment, psql, room) as crowds:
        _stop_reading(slow)
        for _ in range(FILLING):
            await psql.execute(LONG_MESSAGES, (room,))
        paused = await until(lambda: _paused(environment), every=SELDOM)
        environment.expect(paused, "the relay did not notice that some do not read")
        await crowds.compare()
    # On a busy machine they did not read for longer than a relay keeps them.
    await environment.disconnect_some(slow)


async def _stop_in_a_flood(
    environment: DrillEnvironment, psql: Psql, room: int, slow: list[Follower]
) -> bool:
    """Whether all slow ones were cut off and came back."""
    (relay,) = environment.relays
    before = await relay.metric("roomtone_readers_cut_total")
    connections = [follower.connections for follower in slow]
    _stop_reading(slow)
    for _ in range(BURSTS):
        await psql.execute(BURST, (room,))
    await until(lambda: _cut(environment, before), CUT_WITHIN, every=SELDOM)
    environment.figures["events in the flood"] = PSQL_USERS * BURSTS
    environment.figures["readers cut"] = await relay.metric("roomtone_readers_cut_total") - before
    _resume_reading(slow)
    return await until(
        lambda: all(
            follower.connections > earlier
            for follower, earlier in zip(slow, connections, strict=True)
        ),
        CUT_WITHIN,
    )


def _stop_reading(followers: list[Follower]) -> None:
    for follower in followers:
        follower.stop_reading()


def _resume_reading(followers: list[Follower]) -> None:
    for follower in followers:
        follower.resume_reading()


async def _paused(environment: DrillEnvironment) -> bool:
    """Whether the relay waits for the slow readers."""
    return await environment.relays[0].metric("roomtone_readers_paused") >= SLOW


async def _cut(environment: DrillEnvironment, before: float) -> bool:
    """Whether as many more were cut off as are slow."""
    return await environment.relays[0].metric("roomtone_readers_cut_total") >= before + SLOW


async def behind_nginx(environment: DrillEnvironment) -> None:
    (relay,) = environment.relays
    locations = f"location / {{ proxy_pass http://{relay.place}; }}"
    async with nginx.nginx(environment.server.folder, locations) as proxy:
        crowd = await environment.add_followers(CROWD, [proxy.place])
        direct = await environment.add_followers(DIRECT)
        await environment.disconnect_some(crowd[:DISCONNECTED])
        await environment.traffic(3.0)
        behind, beside = (
            [event.behind for follower in followers for event in follower.observed.events()]
            for followers in (crowd, direct)
        )
        environment.figures["longest behind through nginx, ms"] = round(longest(behind))
        environment.figures["longest behind beside nginx, ms"] = round(longest(beside))
        environment.expect(behind and beside, "nothing came through nginx, or beside it")
        await _single_event(environment, proxy.place)
        for follower in environment.active_followers():
            follower.reconnect_to(relay.place)
        await environment.until_all_follow()


async def _single_event(environment: DrillEnvironment, behind: Place) -> None:
    """An event in a quiet room arrives, although nothing follows that would fill a buffer of the proxy."""
    async with await environment.psql() as psql:
        room = await environment.new_room(psql)
        quiet = await environment.add_followers(QUIET, [behind], rooms=[room])
        environment.rooms.remove(room)  # no other user writes there
        said = "insert into messages (room_id, user_id, body) values (%s, %s, 'a single event')"
        await psql.execute(said, (room, quiet[0].user))
        head = "select head_seq from logs where room_id = %s"
        row = await (await psql.execute(head, (room,))).fetchone()
        assert row is not None
    arrived = await until(
        lambda: all(
            follower.observed.position and follower.observed.position.seq >= row[0]
            for follower in quiet
        )
    )
    environment.expect(arrived, "an event waits in nginx until more follow")


FROZEN_NETWORK = Drill(
    "frozen-network",
    "Some clients' network freezes: connections stay open and no bytes pass, for a while or for ever. "
    "When the network recovers, followers have missed nothing, and the seats of the others are removed although no connection was closed.",
    freeze,
)
SLOW_READER = Drill(
    "slow-reader",
    "A few stop reading while their room is flooded with more events than the relay keeps in memory. "
    "They are cut off and resume at their cursor, and a thousand others in the room lose nothing and wait no longer than a thousand in another room.",
    read_slowly,
    settings={"streams_per_user": STREAMS_PER_USER, "grace": 40.0},
)
BUFFERING_PROXY = Drill(
    "buffering-proxy",
    "All followers connect through a real nginx with its default configuration, which buffers responses. "
    "Every event still arrives at once, because the stream's headers forbid buffering.",
    behind_nginx,
    crowd=0,
    needs=nginx.missing,
)

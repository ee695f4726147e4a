"""What streams leave to Python's garbage collector: nothing."""

from __future__ import annotations

import gc

import pytest
from roomtone.transports.long_lived import FREEZE_AFTER, LongLived
from roomtone.transports.stream_counts import StreamCounts
from roomtone.transports.subscription import Subscription

from ...following import follow
from ...patience import comes_true
from ...people import Psql
from ...running import RunningRelay
from .test_sse import events

pytestmark = pytest.mark.anyio


def subscriptions() -> int:
    return sum(isinstance(each, Subscription) for each in gc.get_objects())


async def test_a_stream_that_ended_is_freed_without_the_garbage_collector(
    psql: Psql, relay: RunningRelay, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roomtone.transports.subscription.QUIET", 0.2)
    psql.seat(room, "anna")
    token = relay.token("anna")
    gc.collect()
    gc.disable()
    try:
        before = subscriptions()
        for _ in range(3):
            async with follow(events(relay, room), token) as anna:
                await anna.until(lambda f: f.event == "snapshot")
                assert subscriptions() > before
        await comes_true(lambda: subscriptions() <= before, every=0.2)
    finally:
        gc.enable()


async def test_many_streams_are_frozen_until_half_of_them_have_ended() -> None:
    streams = StreamCounts(per_subject=FREEZE_AFTER)
    long_lived = LongLived(streams)
    gc.unfreeze()  # what another test has left
    try:
        for _ in range(FREEZE_AFTER):
            await long_lived.settle()
            assert gc.get_freeze_count() == 0
            streams.add("anna")
        await long_lived.settle()
        assert gc.get_freeze_count() > 0
        for _ in range(FREEZE_AFTER // 2):
            streams.discard("anna")
        await long_lived.settle()
        assert gc.get_freeze_count() > 0
        streams.discard("anna")
        await long_lived.settle()
        assert gc.get_freeze_count() == 0
    finally:
        gc.unfreeze()

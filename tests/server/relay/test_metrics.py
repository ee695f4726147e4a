"""`/metrics` keeps Prometheus' conventions, and the dashboard and the operator's page ask for what it has."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from roomtone.bus.address import BusAddress
from roomtone.bus.listener import BusListener
from roomtone.relay.collectors import Bus
from roomtone.relay.metrics import Metrics
from roomtone.relay.slow_paths import ENDED_AFTER, SlowPaths

from ...following import follow, joins
from ...patience import comes_true
from ...people import Psql
from ...running import RunningRelay

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]
NAME = re.compile(r"\b(?:roomtone|process)_[a-z0-9_]+")
LABELS = {"le", "method", "route", "code", "pool", "task", "version"}
SUFFIXES = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}
NOT_GROWING = re.compile(
    r"_(seconds|bytes|ratio|info|streams|followed|paused|waiting|connections|idle|fds|ready|connected)$"
)


def families(relay: RunningRelay) -> list[Metric]:
    with relay.client() as client:
        return list(text_string_to_metric_families(client.get("/metrics").text))


def names(found: list[Metric]) -> set[str]:
    return {f"{each.name}{suffix}" for each in found for suffix in SUFFIXES[each.type]}


def bus_families() -> list[Metric]:
    """What relays with a bus have besides."""
    return list(Bus(BusListener("", BusAddress(()), unused)).collect())


def unused() -> Any:
    raise AssertionError


def values(relay: RunningRelay, sample: str) -> dict[tuple[str, ...], float]:
    """The samples with this name, by the values of their labels in the order of the labels' names."""
    return {
        tuple(value for _, value in sorted(each.labels.items())): each.value
        for family in families(relay)
        for each in family.samples
        if each.name == sample
    }


def expressions(part: Any) -> Iterator[str]:
    """What a dashboard asks Prometheus for."""
    if isinstance(part, dict):
        yield from (part[key] for key in ("expr", "query") if isinstance(part.get(key), str))
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from expressions(each)


async def test_names_labels_and_descriptions_keep_prometheus_conventions(
    relay: RunningRelay, psql: Psql
) -> None:
    room = psql.room("rick")
    with relay.sign_in("anna") as anna:
        anna.get("/rows/hallway")
        anna.post("/rows/participants", json={"room_id": room})
        anna.get("/nowhere")
        anna.request("PROPFIND", "/rows/rooms")
    found = [*families(relay), *bus_families()]
    assert len({each.name for each in found}) == len(found)
    for each in found:
        assert each.documentation, each.name
        assert each.type in SUFFIXES, each.name
        if each.type != "counter":
            assert NOT_GROWING.search(each.name), f"{each.name} has no unit"
        for sample in each.samples:
            assert sample.labels.keys() <= LABELS, sample
    asked = values(relay, "roomtone_http_requests_total")
    assert asked["201", "POST", "/rows/{table}"] >= 1
    assert asked["404", "GET", "other"] == 1
    assert asked["405", "other", "/rows/{table}"] == 1
    assert not any(str(room) in route for _, _, route in asked)


def test_each_metric_of_the_dashboard_and_the_alerts_exists(relay: RunningRelay) -> None:
    board = json.loads((ROOT / "deploy" / "grafana.json").read_text("utf-8"))
    asked = set(NAME.findall(" ".join(expressions(board))))
    assert len(asked) > 30
    alerts = (ROOT / "deploy" / "prometheus-rules.yaml").read_text("utf-8")
    of_alerts = {*NAME.findall(" ".join(re.findall(r"expr: (.*)", alerts)))}
    assert len(of_alerts) > 7
    assert (asked | of_alerts) - names([*families(relay), *bus_families()]) == set()


def test_the_operators_page_names_every_metric_and_no_other(relay: RunningRelay) -> None:
    page = (ROOT / "docs" / "operating.md").read_text("utf-8")
    documented = set(re.findall(r"`(roomtone_[a-z_]+)`", page))
    there = {
        f"{each.name}_total" if each.type == "counter" else each.name
        for each in (*families(relay), *bus_families())
        if each.name.startswith("roomtone_")
    }
    assert documented == there


async def test_what_a_subscriber_waits_for_is_counted(relay: RunningRelay, psql: Psql) -> None:
    room = psql.room("rick")
    psql.seat(room, "anna")
    async with follow(f"{relay.url}/rooms/{room}/events", relay.token("anna")) as anna:
        await anna.until(lambda frame: frame.event == "snapshot")
        before = values(relay, "roomtone_commit_to_write_seconds_count")[()]
        psql.seat(room, "bo")
        await anna.until(joins("bo"))
        await comes_true(
            lambda: values(relay, "roomtone_commit_to_write_seconds_count")[()] > before
        )
    assert values(relay, "roomtone_stream_opening_seconds_count")[()] >= 1
    assert values(relay, "roomtone_write_loop_seconds_count")[()] >= 1
    assert 0 < values(relay, "roomtone_commit_to_write_seconds_sum")[()] < 3600
    assert values(relay, "roomtone_pool_uses_total")["users",] > 0


async def test_what_is_slow_is_logged_once_with_what_to_do(
    caplog: pytest.LogCaptureFixture,
) -> None:
    metrics, pools = Metrics(), {"users": {"requests_queued": 0, "requests_wait_ms": 0}}
    slow_paths = SlowPaths(metrics, lambda: pools)

    async def logged() -> list[str]:
        caplog.clear()
        await slow_paths.check()
        return [record.getMessage() for record in caplog.records]

    with caplog.at_level(logging.WARNING, "roomtone"):
        metrics.sent.loops.add(0.2)
        assert await logged() == []
        metrics.sent.loops.add(0.3)
        (line,) = await logged()
        assert "start more relays" in line
        metrics.sent.loops.add(0.3)
        assert await logged() == []  # it lasts
        for _ in range(ENDED_AFTER):
            assert await logged() == []
        metrics.sent.loops.add(0.3)
        assert len(await logged()) == 1  # it has begun again
        pools["users"] = {"requests_queued": 4, "requests_wait_ms": 4000}
        (line,) = await logged()
        assert "--pool-size" in line
        pools["users"] = {"requests_queued": 8, "requests_wait_ms": 4004}
        assert await logged() == []

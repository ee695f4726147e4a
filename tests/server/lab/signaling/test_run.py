"""A small run of the lab, compared with the counts of a proxy on the same connections."""

from __future__ import annotations

import csv
import io
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from roomtone.lab.quoted.noise import Noise
from roomtone.lab.signaling.figures import Measurement
from roomtone.lab.signaling.plan import TECHNIQUES
from roomtone.lab.signaling.report import html
from roomtone.lab.signaling.results import UNITS
from roomtone.lab.signaling.run import steps
from roomtone.lab.signaling.spreadsheet import spreadsheet
from roomtone.lab.signaling.table import table
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.programs import socket_url

from ...tools.measured import (
    are_documented,
    fits_a_terminal,
    is_as_its_schema_says,
    is_complete,
)
from .conftest import PLAN, Watched

STILL_UNDER_WAY = 2500
"""Bytes of one follower that may pass after the lab's last look and before it hangs up: one answer."""


def of(watched: Watched, technique: str) -> Measurement:
    (found,) = (one for one in watched.report.results if one.technique == technique)
    (repetition,) = found.repetitions
    return repetition


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_no_event_is_missed(watched: Watched, technique: str) -> None:
    one = of(watched, technique)
    assert (one.missed, one.duplicated, one.misordered) == (0, 0, 0)
    assert one.delivered == one.owed > 0


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_each_follower_is_owed_joins_leaves_and_its_own_signals(
    watched: Watched, technique: str
) -> None:
    one = of(watched, technique)
    visits = one.work.writes // 4
    assert one.work.writes == visits * 4 > 0
    assert one.owed == visits * (2 * PLAN.followers[0] + 2)


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_requests_and_bytes_are_those_that_passed_on_the_wire(
    watched: Watched, technique: str
) -> None:
    one, seen = of(watched, technique), watched.counters[technique]
    counted = one.opening + one.running
    last_moment = one.followers
    assert counted.connections == seen.connections == one.followers
    assert 0 <= seen.requests - counted.requests <= last_moment
    assert 0 <= seen.up - counted.sent <= last_moment * STILL_UNDER_WAY
    assert 0 <= seen.down - counted.received <= last_moment * STILL_UNDER_WAY


@pytest.mark.parametrize("technique", ["sse", "websocket"])
def test_push_needs_one_request(watched: Watched, technique: str) -> None:
    one = of(watched, technique)
    assert one.opening.requests == one.followers == watched.counters[technique].requests
    assert (one.running.requests, one.running.sent, one.running.empty) == (0, 0, 0)


def test_polling_requests_per_interval_and_long_polling_per_event(watched: Watched) -> None:
    polling, long_polling = of(watched, "polling"), of(watched, "long-polling")
    due = polling.work.seconds / PLAN.poll_interval
    # fewer on a machine that stands still meanwhile
    assert 1 <= polling.running.requests / polling.followers <= due + 2
    # an answer on a busy machine has several events, and each answer is followed by a request
    assert long_polling.running.requests >= long_polling.followers
    assert long_polling.running.empty == 0


def test_polling_is_late_by_its_interval_and_nothing_is_faster_than_the_floor(
    watched: Watched,
) -> None:
    floor = watched.report.floors.late(50)
    late = {}
    for technique in TECHNIQUES:
        half = watched.report.apart.figures[f"{technique}-5"]["latency_p50"]
        assert half is not None
        assert floor / 2 < half.value
        late[technique] = half.value
    assert late["polling"] > max(late["sse"], late["websocket"])


def test_only_polling_and_long_polling_cost_the_database_more_than_the_writing(
    watched: Watched,
) -> None:
    # All wrote as often. Counts, not rates: a machine may stand still while one technique is measured.
    beyond, asked = {}, {}
    for technique in TECHNIQUES:
        one = of(watched, technique)
        beyond[technique] = (
            one.work.transactions - watched.report.alone(one.technique).work.transactions
        )
        asked[technique] = one.running.requests
    # one read of the log for each notification, however many follow
    assert beyond["sse"] <= 2 * of(watched, "sse").work.writes
    for technique in ("polling", "long-polling"):
        assert beyond[technique] > asked[technique] > 0


def test_the_relays_own_cost_is_measured(watched: Watched) -> None:
    every = [of(watched, technique) for technique in TECHNIQUES]
    for one in every:
        assert one.work.statements > one.work.transactions / 2 > 0
    # A relay may give memory back meanwhile, so this may be less than 0.
    assert any(one.grown for one in every)


def test_progress_is_reported_step_by_step(watched: Watched) -> None:
    assert len(watched.steps) == steps(PLAN)


def test_the_run_leaves_nothing_behind_in_the_database(watched: Watched) -> None:
    assert watched.left == 0


def test_the_figures_are_as_the_schema_says(watched: Watched) -> None:
    value = is_as_its_schema_says(watched.report.json())
    assert [one["technique"] for one in value["lanes"]] == list(TECHNIQUES)
    for one in value["lanes"]:
        figures, (repetition,) = one["figures"], one["repetitions"]
        assert repetition["missed"] == 0
        events = sum(map(len, repetition["latencies"]))
        assert events == repetition["delivered"]
        assert figures["latency_p95"] is figures["latency_p99"] is None  # of so few events
        assert figures["received"]["value"] > 0
        assert one["alike"]["memory"]  # a single repetition says nothing of chance


def test_the_noise_of_a_figure_is_in_its_own_unit(watched: Watched) -> None:
    noise = Noise(0.1, 0.0, 0.0, {"core": 0.01, "grown": 1000.0, "statements": 3.0})
    value = is_as_its_schema_says(replace(watched.report, noise=noise).json())
    for lane in value["lanes"]:
        found = lane["noise"]
        assert set(found) == set(UNITS)
        shown = [found[name] for name in ("processor", "memory", "statements", "bytes")]
        assert shown == pytest.approx([10 / PLAN.followers[0], 1000 / PLAN.followers[0], 3, 0])
        assert found["processor_per_event"] > 0


def test_every_figure_is_documented(watched: Watched) -> None:
    value = watched.report.json()
    names = {*value, *UNITS, *value["lanes"][0]["repetitions"][0]}
    parts = ("opening", "work")
    names |= {n for part in parts for n in value["lanes"][0]["repetitions"][0][part]}
    names |= {name for part in ("clock", "floors", "baselines") for name in value[part]}
    are_documented(names - {"technique", "followers"}, "lab.md")


def test_the_spreadsheet_has_every_figure(watched: Watched) -> None:
    rows = list(csv.DictReader(io.StringIO(spreadsheet(watched.report))))
    assert {row["technique"] for row in rows} == {*TECHNIQUES}
    assert {row["figure"] for row in rows} == {*UNITS} - {"latency_p95", "latency_p99"}
    assert all(row["value"] and row["unit"] for row in rows)


def test_the_report_needs_nothing_from_elsewhere_and_has_no_script(watched: Watched) -> None:
    is_complete(html(watched.report), charts=5, says="none missed")


def test_the_table_fits_a_terminal(watched: Watched) -> None:
    fits_a_terminal(table(watched.report), says="long-polling")


def test_a_run_that_is_broken_off_says_so_at_once_and_ends_as_shells_expect(
    postgres: EmbeddedPostgres, database: str
) -> None:
    url = socket_url(postgres.sockets, database=database)
    command = [sys.executable, "-m", "roomtone", "lab", "signaling", "--quick"]
    with subprocess.Popen(
        [*command, "--database-url", url], stdout=subprocess.PIPE, text=True
    ) as lab:
        assert lab.stdout is not None
        assert any("1 of" in line for line in lab.stdout)
        lab.send_signal(signal.SIGINT)
        said = lab.stdout.read().splitlines()
    assert said[0] == "ending what was started"
    assert said[-1] == "stopped"
    assert lab.returncode == 130

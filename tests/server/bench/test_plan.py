"""Runs that cannot be are refused before anything starts; verdicts follow from figure, floors and budget."""

from __future__ import annotations

import resource

import pytest
from roomtone.bench.budgets import DELIVERY, SIGNALS, Budget, join, opening
from roomtone.bench.command import failures
from roomtone.bench.figures import Figure, Report, Result
from roomtone.bench.plan import CROWD, LEAVING, MEASURES, Plan, measures_of, require_open_files
from roomtone.tools.numbers import PlanError


def test_measures_are_chosen_by_name_and_run_in_their_order() -> None:
    assert measures_of([]) == measures_of(["all"]) == MEASURES
    assert measures_of(["memory", "fanout", "memory"]) == ("fanout", "memory")
    assert measures_of(["crowd", "writes"]) == ("writes", *CROWD)


def test_a_plan_knows_how_many_streams_a_process_holds() -> None:
    assert Plan().most_streams == 5000
    assert Plan(measures=CROWD).most_streams == 10_000
    assert Plan(measures=("arrivals",), crowd=6000).most_streams == 6000 + LEAVING


def test_too_few_open_files_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (1024, 4096))
    with pytest.raises(PlanError, match=r"allows 4096.*ulimit -Hn 5250.*--streams 3846"):
        require_open_files(5000)


def test_the_limit_of_open_files_is_raised_as_far_as_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raised: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (1024, 4096))
    monkeypatch.setattr(resource, "setrlimit", lambda _which, limits: raised.append(limits))
    require_open_files(100)
    require_open_files(3000)
    assert raised == [(3250, 4096)]


@pytest.mark.parametrize(
    ("budget", "value", "floors", "met"),
    [
        (DELIVERY, 7.0, {"loop": 5.0, "nchan": 9.0}, True),
        (DELIVERY, 8.0, {"loop": 5.0, "nchan": 9.0}, False),
        (DELIVERY, 7.0, {"loop": 5.0, "nchan": 6.0}, False),
        (DELIVERY, 7.0, {"loop": 5.0}, None),
        (DELIVERY, 8.0, {"loop": 5.0}, False),
        (SIGNALS, 5000.0, {"bare": 9000.0}, True),
        (SIGNALS, 4000.0, {"bare": 9000.0}, False),
        (opening(5000), 3.0, {}, True),
        (opening(1000), 0.7, {}, False),
        (join(50), 2.9, {}, True),
        (join(2), 2.1, {}, False),
    ],
)
def test_a_budget_is_met_missed_or_undecided(
    budget: Budget, value: float, floors: dict[str, float], met: bool | None
) -> None:
    assert budget.met(value, floors) is met


def test_missed_budgets_and_missed_events_fail_and_a_busy_machine_is_told() -> None:
    over = Figure("memory", "idle stream", "10 streams", 49.0, "kB", {"loop": 1.0}, Budget(most=12))
    free = Figure("fanout", "received, p50", "10 streams", 49.0, "ms", {"loop": 1.0})
    result = Result("fanout", [over, free], sent=10, missed=3, generator=0.97)
    report = Report("2026-11-26", {}, 0.5, Plan(), [result])
    assert free.met is None
    assert failures(report) == [
        "3 deliveries were missed.",
        "idle stream, 10 streams: 49 kB misses its budget (≤ 12 kB).",
    ]
    busy, generator = report.notes
    assert "50%" in busy
    assert "fanout: the load generator itself took 97% of a core" in generator

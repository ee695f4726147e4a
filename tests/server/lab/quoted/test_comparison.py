"""`roomtone lab compare`: whether two runs agree within their intervals."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from roomtone.cli import cli
from roomtone.lab.quoted.comparison import compared

LANES = ("push", "polling", "long-polling", "WebSocket")


def report(*, repetitions: int = 3, noise: float = 0.5, **slower: float) -> dict[str, Any]:
    """Four lanes with a latency and a processor time; of those that are named, the latency is so many times as long."""
    return {
        "what": "roomtone lab signaling",
        "version": 2,
        "machine": {"python": "3.11.7", "cores": 2},
        "plan": {"followers": [10], "rate": 20.0, "repetitions": repetitions, "seed": 1},
        "noise": {"latency": noise, "busy": 0.1, "late": 0.2, "figures": {"core": 0.1}},
        "units": {"latency_p50": "ms", "processor": "ms a write", "memory": "bytes"},
        "lanes": [
            {
                "name": name,
                "label": name,
                "figures": {
                    "latency_p50": interval(5.0 * slower.get(name, 1.0), repetitions),
                    "processor": interval(2.0, repetitions),
                    "memory": None,
                },
                "noise": {"latency_p50": noise},
            }
            for name in LANES
        ],
    }


def interval(value: float, repetitions: int) -> dict[str, float]:
    low, high = 0.9 * value, 1.1 * value
    return {"value": value, "low": low, "high": high, "repetitions": repetitions}


def compare(folder: Path, *texts: str) -> Result:
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"{number}.json")
        files[-1].write_text(text)
    return CliRunner().invoke(cli, ["lab", "compare", *map(str, files)])


def test_two_runs_that_overlap_agree(tmp_path: Path) -> None:
    done = compare(tmp_path, json.dumps(report()), json.dumps(report(push=1.1)))
    assert done.exit_code == 0, done.output
    assert "all intervals overlap" in done.output
    assert "Of 8 figures, 8 overlap" in done.output


def test_runs_that_differ_by_more_than_chance_do_not_agree(tmp_path: Path) -> None:
    slower = report(push=3.0, polling=3.0, WebSocket=3.0)
    done = compare(tmp_path, json.dumps(report()), json.dumps(slower))
    assert done.exit_code == 1
    assert "5.0 (4.5–5.5)" in done.output
    assert "3.00" in done.output
    assert "do not agree" in done.output.replace("\n", " ")


def test_a_difference_within_the_noise_of_both_runs_is_none(tmp_path: Path) -> None:
    files = [tmp_path / "one.json", tmp_path / "other.json"]
    slower = partial(report, push=1.4, polling=1.4, WebSocket=1.4)
    for noise, apart in ((0.1, 3), (0.5, 0)):
        files[0].write_text(json.dumps(report(noise=noise)))
        files[1].write_text(json.dumps(slower(noise=noise)))
        assert len(compared(*files).apart) == apart


@pytest.mark.parametrize(
    ("repetitions", "expected", "most"), [(3, 0.8, 2), (6, 0.0, 0), (2, 2.7, 5)]
)
def test_chance_explains_less_with_more_repetitions(
    tmp_path: Path, repetitions: int, expected: float, most: int
) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(report(repetitions=repetitions)))
    found = compared(file, file)
    assert (found.expected, found.most) == (expected, most)


def test_a_lane_measured_once_hides_nothing_of_the_others(tmp_path: Path) -> None:
    one, other = (report(repetitions=6), report(repetitions=6, push=10.0))
    for each in (one, other):
        for figure in ("latency_p50", "processor"):
            each["lanes"][1]["figures"][figure] = interval(5.0, 1)
    done = compare(tmp_path, json.dumps(one), json.dumps(other))
    assert done.exit_code == 1
    assert "Of 6 figures, 5 overlap" in done.output
    assert "measured once in both, and not compared: 2" in done.output


def test_a_figure_that_never_varies_explains_no_difference(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    made = report()
    for lane in made["lanes"]:
        lane["figures"]["processor"] = {"value": 0, "low": 0, "high": 0, "repetitions": 3}
    file.write_text(json.dumps(made))
    assert compared(file, file).expected == 0.4


def test_what_plans_and_machines_have_not_in_common_is_named(tmp_path: Path) -> None:
    other = report()
    other["plan"] |= {"repetitions": 4, "seed": 2}
    other["machine"] = {"python": "3.11.7", "cores": 64}
    done = compare(tmp_path, json.dumps(report()), json.dumps(other))
    assert done.exit_code == 0
    for words in ("repetitions: 3 and 4", "cores: 2 and 64"):
        assert f"not the same in both: {words}" in done.output
    assert "seed" not in done.output


def test_runs_of_two_patterns_are_not_compared(tmp_path: Path) -> None:
    other = report()
    other["plan"] |= {"followers": [50]}
    done = compare(tmp_path, json.dumps(report()), json.dumps(other))
    assert done.exit_code == 1
    assert "followers: [10] and [50]" in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no JSON", "is no report of roomtone lab"),
        ("[1, 2]", "is no report of roomtone lab"),
        ('{"what": "roomtone lab signaling"}', "is no report of roomtone lab"),
        (json.dumps(report() | {"lanes": [{"label": "push", "noise": {}}]}), "has no figures"),
        (json.dumps(report() | {"lanes": []}), "have no figure of the same lane"),
        (json.dumps(report() | {"lanes": [{"label": "push"}]}), "is of an older release"),
        (json.dumps(report() | {"what": "roomtone lab peers"}), "compare two of one lab"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_reason(
    tmp_path: Path, text: str, says: str
) -> None:
    done = compare(tmp_path, json.dumps(report()), text)
    assert done.exit_code == 1
    assert says in " ".join(done.output.split())
    assert "Traceback" not in done.output


def test_two_runs_of_one_repetition_say_nothing(tmp_path: Path) -> None:
    once = json.dumps(report(repetitions=1))
    done = compare(tmp_path, once, once)
    assert done.exit_code == 1
    assert "was measured more than once" in " ".join(done.output.split())

"""Which lanes cannot be told apart in a figure, and how a table says so."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from roomtone.lab.quoted.apart import Apart, short, told_apart
from roomtone.lab.quoted.figures import KEPT, kept, observations
from roomtone.lab.quoted.wording import Cells, notes

Lanes = Mapping[str, list[float]]


def apart_of(*crowds: Lanes, limit: float | None = 0.0) -> Apart:
    """Lanes of which each has these values of `size`."""
    return told_apart(
        (
            {
                name: observations(name, values, {}, {"size": float}, 1)
                for name, values in lanes.items()
            },
            lambda _lane, _name: limit,
        )
        for lanes in crowds
    )


STEPS: Lanes = {"a": [1, 2, 3], "b": [3, 4, 5], "c": [5, 6, 7], "far": [9, 9, 9], "none": []}


def test_two_values_with_a_letter_in_common_cannot_be_told_apart() -> None:
    found = apart_of(STEPS)
    assert {lane: each.get("size") for lane, each in found.alike.items()} == {
        "a": ["b"],
        "b": ["a", "c"],
        "c": ["b"],
        "far": [],
        "none": None,
    }
    cells = {lane: Cells(found, lane).value("size", "{:g}".format) for lane in STEPS}
    assert cells == {"a": "2 a", "b": "4 ab", "c": "6 b", "far": "9", "none": "–"}
    assert Cells(found, "b").ranged("size", "{:g}".format) == "4 (3–5) ab"
    assert notes(found).startswith("Values of a column or a chart with a letter in common")


def test_a_difference_that_is_not_larger_than_the_noise_says_nothing() -> None:
    found = apart_of(STEPS, limit=3.0)
    assert found.alike["c"]["size"] == ["b", "far"]
    assert found.alike["b"]["size"] == ["a", "c"]


def test_where_nothing_was_measured_twice_all_are_alike_without_letters() -> None:
    found = apart_of({"a": [1], "b": [9]}, limit=None)
    assert found.alike == {"a": {"size": ["b"]}, "b": {"size": ["a"]}}
    assert found.letters == {"a": {}, "b": {}}
    assert notes(found) == ""


def test_lanes_of_two_crowds_have_no_letter_in_common() -> None:
    found = apart_of({"a": [1, 1], "b": [1, 1]}, {"c": [1, 1], "d": [1, 1]})
    assert [found.letters[lane]["size"] for lane in "abcd"] == ["a", "a", "b", "b"]


@pytest.mark.parametrize(
    ("letters", "written"),
    [("", ""), ("a", "a"), ("abc", "abc"), ("abcd", "a–d"), ("abce", "abce")],
)
def test_many_letters_are_written_short(letters: str, written: str) -> None:
    assert short(letters) == written


def test_percentiles_are_of_all_repetitions_together_and_none_of_few_moments() -> None:
    repetitions = [[[float(n)] for n in range(start, start + 10)] for start in (0, 10) * 3]
    found = observations("x", repetitions, {"late": list}, {}, 1)
    late = {name: each.interval for name, each in found.items()}
    assert late["late_p50"] is not None
    assert late["late_p95"] is not None
    assert (late["late_p50"].value, late["late_p95"].value) == (9.5, 18.0)
    assert late["late_p99"] is None


def test_of_a_large_crowd_a_bounded_number_is_kept() -> None:
    few = [[1.0, 2.0], [3.0]]
    assert kept(few) == few
    many = kept([float(n)] * 100 for n in range(1000))
    assert sum(map(len, many)) == KEPT
    assert [moment[0] for moment in many] == sorted({moment[0] for moment in many})
    assert len(kept([[0.0] * 2 * KEPT, [0.0] * 2 * KEPT])) == 1

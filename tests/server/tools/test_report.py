"""The parts of reports: charts, tables, percentiles and numbers."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from roomtone.tools.bootstrap import Interval
from roomtone.tools.chart import Points, Series, chart
from roomtone.tools.numbers import PlanError, check, check_list, numbers_of
from roomtone.tools.page import Plot, Row, charts, definitions, numbers, page
from roomtone.tools.percentiles import Spread, spread

QUICK, SLOW = Series("quick & small", "circle"), Series("slow", "diamond")


def exactly(value: float) -> Interval:
    return Interval(value, value, value, 1)


LINES: dict[Series, Points] = {
    QUICK: [(10, exactly(0.0)), (50, Interval(3.0, 2.0, 4.0, 6))],
    SLOW: [(10, exactly(517.0))],
}


def say(value: float) -> str:
    return f"{value:g} ms"


@pytest.mark.parametrize("logarithmic", [True, False])
def test_a_chart_is_xml_in_which_each_value_can_be_read(logarithmic: bool) -> None:
    drawn = ElementTree.fromstring(
        chart("Late", LINES, floor=0.2, logarithmic=logarithmic, say=say, of="followers")
    )
    titles = [element.text for element in drawn.iter("title")]
    assert titles == [
        "quick & small, 10 followers: 0 ms",
        "quick & small, 50 followers: 3 ms (2 ms – 4 ms)",
        "slow, 10 followers: 517 ms",
    ]
    assert drawn.attrib["aria-label"] == "Late"
    assert [each.attrib["class"] for each in drawn.iter("g")] == [
        "line line--circle",
        "line line--diamond",
    ]


def test_a_chart_has_no_colour_of_its_own() -> None:
    drawn = chart("Late", LINES, say=say, of="followers")
    assert not {"fill=", "stroke=", "style="} & set(drawn.replace("=", "= ").split())


def marks(drawn: str) -> list[float]:
    """Where the marks stand, from left to right."""
    return sorted(float(x) for x in re.findall(r'class="mark" d="M([0-9.]+) ', drawn))


def test_marks_that_coincide_stand_side_by_side() -> None:
    twins = {QUICK: [(10, exactly(5.0)), (50, exactly(5.0))], SLOW: [(10, exactly(5.0))]}
    others = {QUICK: [(10, exactly(5.0)), (50, exactly(5.0))], SLOW: [(10, exactly(90.0))]}
    left, right, _ = marks(chart("Late", twins, say=say, of="followers"))
    assert right - left >= 10
    same, place, _ = marks(chart("Late", others, say=say, of="followers"))
    assert place - same <= 5  # only as far as their shapes differ


def test_one_measurement_of_each_is_bars_with_their_numbers() -> None:
    plot = Plot[float]("Late", "How late.", lambda one: one, say)
    bars = charts("Of each", {QUICK: [(10, 3.0)], SLOW: [(10, 3.0)]}, [plot], "followers")
    assert '<ul class="chart bars"' in bars
    assert bars.count(">3 ms</span>") == 2
    assert "bar--circle" in bars
    lines = charts("Of each", {QUICK: [(10, 3.0), (20, 4.0)]}, [plot], "followers")
    assert "bars" not in lines


def test_a_plot_without_values_is_left_out() -> None:
    plots = [
        Plot("Known", "", lambda one: one, say),
        Plot("Unknown", "", lambda one: None, say),
    ]
    page = charts("Of each", {QUICK: [(1.0, 2.0)], SLOW: []}, plots, "followers")
    assert "<h3>Known</h3>" in page
    assert "Unknown" not in page


def test_a_page_holds_any_text() -> None:
    made = page(
        "A < B",
        definitions("What & why", [(QUICK, "<b>"), ("term", "text")]),
        numbers("All", ("n", "name", "value"), [Row(["1", "a<b", "9"], bad=True)]),
    )
    assert "<title>A &lt; B" in made
    assert "<h2>What &amp; why</h2>" in made
    assert "</svg> Quick &amp; small</dt><dd>&lt;b&gt;</dd>" in made
    assert '<td class="name">a&lt;b</td><td class="bad">9</td>' in made


def test_percentiles_are_values_that_were_measured() -> None:
    assert spread([]) is None
    assert spread([float(n) for n in range(1, 101)]) == Spread(50.5, 95.0, 99.0, 100.0)
    assert spread([float(n) for n in range(1, 11)]) == Spread(5.5, 10.0, 10.0, 10.0)
    assert spread([9.0, 7.0]) == Spread(8.0, 9.0, 9.0, 9.0)
    assert spread([7.0]) == Spread(7.0, 7.0, 7.0, 7.0)


def test_numbers_that_cannot_be_run_are_refused_with_the_reason() -> None:
    assert numbers_of("rooms", "1,20") == (1, 20)
    with pytest.raises(PlanError, match="rooms: 'ten' is not a list of whole numbers"):
        numbers_of("rooms", "ten")
    with pytest.raises(PlanError, match="rate: nan is not between 1 and 2 per second"):
        check("rate", float("nan"), (1, 2), "per second")
    with pytest.raises(PlanError, match="rooms: each number once, and the smallest first"):
        check_list("rooms", (2, 1), (1, 2))

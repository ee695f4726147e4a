"""Intervals and differences: the same seed says the same, and what is within the noise is not called a difference."""

from __future__ import annotations

import random

from roomtone.tools.bars import Bar, bars
from roomtone.tools.bootstrap import Interval, Sample, differ, of_repetitions


def repetitions(middle: float, seed: int, many: int = 8) -> list[list[list[float]]]:
    """So many repetitions of twenty moments with five values around a middle."""
    chance = random.Random(seed)
    return [[[chance.gauss(middle, 1) for _ in range(5)] for _ in range(20)] for _ in range(many)]


def test_the_same_seed_draws_the_same_interval_around_the_median() -> None:
    made = repetitions(10, 1)
    first, again = (Sample(made, (50, 95), seed=7) for _ in range(2))
    found = first.interval()
    assert found == again.interval()
    assert found is not None
    assert found.low <= found.value <= found.high
    assert found.low < 10 < found.high
    assert found.repetitions == 8
    slow = first.interval(95)
    assert slow is not None
    assert slow.value > found.high


def test_repetitions_that_differ_make_the_interval_wide() -> None:
    alike = Sample([[[5.0] * 50]] * 4).interval()
    apart = Sample([[[value] * 50] for value in (1.0, 4.0, 6.0, 9.0)]).interval()
    assert alike == Interval(5.0, 5.0, 5.0, 4)
    assert apart is not None
    assert apart.high - apart.low >= 5


def test_few_single_values_are_from_the_smallest_to_the_largest() -> None:
    assert of_repetitions([3.0, 1.0, 2.0]) == Interval(2.0, 1.0, 3.0, 3)
    assert of_repetitions([1.0, 2.0]) == Interval(1.5, 1.0, 2.0, 2)
    tens = Sample([[[float(n)] for n in range(1, 11)]], (50, 90)).interval(90)
    assert tens == Interval(9.0, 9.0, 9.0, 1)
    assert of_repetitions([]) is None
    for moments, shown in ((19, [False, False]), (20, [True, False]), (100, [True, True])):
        sample = Sample([[[float(n)] for n in range(moments)]], (50, 95, 99))
        assert sample.interval() is not None
        assert [sample.interval(share) is not None for share in (95, 99)] == shown
    for many, has_p95 in ((3, False), (6, True)):  # of few, each has to have enough
        tens_of_each = Sample([[[float(n)] for n in range(10)]] * many, (50, 95))
        assert (tens_of_each.interval(95) is not None) == has_p95
    assert Sample([[], [[]]]).interval() is None
    ten = [[[float(n)] for n in range(10)]]
    assert Sample(ten * 5, (95,)).interval(95) is None  # its ends would be the slowest of each
    assert Sample(ten * 6, (95,)).interval(95) is not None


def test_a_difference_is_one_only_beyond_chance_and_noise() -> None:
    ten, again, thirteen = (
        Sample(repetitions(middle, seed), seed=seed)
        for middle, seed in ((10.0, 1), (10.0, 2), (13.0, 3))
    )
    assert not differ(ten, again, 0.0)
    assert differ(ten, thirteen, 0.0)
    assert not differ(ten, thirteen, 5.0)
    assert not differ(ten, Sample([]), 0.0)


def test_few_repetitions_differ_only_where_their_ranges_are_apart() -> None:
    low, high, between = (
        Sample([[[value]] for value in values], seed=seed)
        for seed, values in enumerate(((1.0, 1.1, 1.3), (1.4, 1.5, 1.6), (1.2, 1.5, 1.6)))
    )
    assert low.interval() == Interval(1.1, 1.0, 1.3, 3)
    assert differ(low, high, 0.1)
    assert not differ(low, high, 0.5)
    assert not differ(low, between, 0.1)
    assert not differ(Sample([[[1.0]]]), Sample([[[9.0]]]), 0.1)  # one is no range


def test_nothing_differs_where_the_noise_was_not_measured() -> None:
    ten, thirteen = (Sample(repetitions(middle, 1), seed=1) for middle in (10.0, 13.0))
    assert not differ(ten, thirteen, None)


def test_bars_of_the_same_value_are_both_visible_with_their_numbers() -> None:
    value = Interval(2.5, 2.0, 3.0, 3)
    for logarithmic in (False, True):
        drawn = bars("t", [Bar("a<b", value), Bar("c", value)], str, logarithmic=logarithmic)
        assert drawn.count('class="bar"') == 2
        assert drawn.count("2.5 (2.0 – 3.0)</span>") == 2
        assert "a&lt;b" in drawn
    assert bars("t", [], str) == ""
    assert "NaN" not in bars("t", [Bar("none", Interval(0.0, 0.0, 0.0, 1))], str)

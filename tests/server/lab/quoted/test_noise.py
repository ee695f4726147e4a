"""The machine's noise does not grow with the number of repetitions."""

from __future__ import annotations

from random import Random

import pytest
from roomtone.lab.quoted.figures import figures, observations
from roomtone.lab.quoted.noise import Noise, noise


def noise_of(floors: list[float]) -> Noise:
    """Of a floor that was so late in each repetition."""
    observed = observations(
        "floor", floors, {"late": lambda ms: [[ms]]}, {"cost": lambda ms: 10 * ms}, 1
    )
    return noise(figures(observed), "late_p50", [])


@pytest.mark.parametrize(
    ("floors", "latency"), [([], None), ([1.0], None), ([1.0, 1.5], 0.5), ([1, 2, 1, 4, 1], 3.0)]
)
def test_of_few_repetitions_it_is_their_range(floors: list[float], latency: float | None) -> None:
    found = noise_of(floors)
    assert found.latency == latency
    assert found.of("cost") == (latency and 10 * latency)
    assert found.of("a figure that the floor has not") == (None if latency is None else 0.0)


def test_of_many_repetitions_it_is_their_interval() -> None:
    chance = Random(1)
    floors = [chance.gauss(10, 1) for _ in range(100)]
    few, many = (noise_of(floors[:count]).latency for count in (6, 100))
    assert few is not None
    assert many is not None
    assert many < few < max(floors) - min(floors)

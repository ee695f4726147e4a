"""What all reports say of their numbers, in the same words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import NamedTuple

from ...tools.bootstrap import FEW, Interval
from .apart import Apart, short
from .noise import Noise


def interval(repetitions: int) -> str:
    """What an interval of so many repetitions is, as a sentence."""
    if repetitions < 2:
        return "Measured once: it has no intervals, and no two can be told apart."
    what = "from the smallest to the largest repetition" if repetitions < FEW else "95 % interval"
    return f"Medians; in brackets: {what}."


def noise_of(noise: Noise, latency: str) -> str:
    """How large the noise of this `latency` is, and that other figures have others."""
    if noise.latency is None:
        return "The machine’s noise is not measured: it takes two repetitions."
    return f"The machine’s noise of {latency} (p50) is {noise.latency:.2f} ms; each figure has its own."


def ranged(found: Interval, say: Callable[[float], str]) -> str:
    """The median and its interval in brackets; of one repetition its value alone."""
    if found.repetitions < 2:
        return say(found.value)
    return f"{say(found.value)} ({say(found.low)}–{say(found.high)})"


class Cells(NamedTuple):
    """How one lane's figures stand in a table: each with its letters."""

    apart: Apart
    lane: str

    def value(self, name: str, say: Callable[[float], str]) -> str:
        """The median alone, for where there is little room."""
        return self._cell(name, lambda found: say(found.value))

    def ranged(self, name: str, say: Callable[[float], str]) -> str:
        return self._cell(name, lambda found: ranged(found, say))

    def _cell(self, name: str, write: Callable[[Interval], str]) -> str:
        found = self.apart.figures[self.lane][name]
        if found is None:
            return "–"
        return f"{write(found)} {self.letters(name)}".strip()

    def letters(self, name: str) -> str:
        """Those that this value shares with values that it cannot be told from."""
        return short(self.apart.letters[self.lane].get(name, ""))


def order(repetitions: int, seed: int, of: str, each: str) -> str:
    """How often `of` was measured, with `each` that began anew."""
    return (
        f"{repetitions} of each {of}, {each}, in rounds of random order (seed {seed}), so that what the machine does meanwhile meets"
        " all alike."
    )


def intervals(repetitions: int, drawn: str) -> str:
    """`drawn` says what the bootstrap draws."""
    if repetitions < FEW:
        return (
            "From the smallest to the largest repetition: fewer than six are too few for an interval of 95 %. Two lanes differ where these"
            " ranges have nothing in common; with three repetitions of each, chance alone does that in one of ten pairs."
        )
    return (
        f"95 % by the bootstrap: {drawn}, 1,000 times. Of a lane that has fewer than six repetitions, from the smallest to the"
        " largest."
    )


def noise_method(noise: Noise, floor: str, latency: str) -> str:
    """`floor` is what the idle lane is, as a sentence; `latency` what its median is of."""
    return (
        f"{floor} How wide the interval of a figure of the floor is, is the machine, and a smaller difference between lanes in this figure says nothing."
        f" {noise_of(noise, latency)}"
        f" While nothing ran, {noise.busy:.0%} of the cores were busy with other programs, and a timer woke up to {noise.late:.1f} ms"
        " late (p95)."
    )


LETTERS = (
    "Values of a column or a chart with a letter in common cannot be told apart: their difference is within chance or the machine’s noise. Do not quote it."
    " (a–d: a, b, c and d.)"
)


LEFT_OUT = (
    "A p95 of fewer than 20 moments and a p99 of fewer than 100 would be the slowest of them, and are left out (–); of fewer than six"
    " repetitions, each has to have so many."
)


def notes(apart: Apart) -> str:
    """What the letters in a table mean, and why percentiles are missing; nothing where it has none and they are not."""
    says = [LETTERS] if any(apart.groups.values()) else []
    few = any(
        found.get(f"{name.removesuffix('_p50')}_p99", found[name]) is None
        for found in apart.figures.values()
        for name in found
        if name.endswith("_p50") and found[name] is not None
    )
    return " ".join([*says, *([LEFT_OUT] if few else [])])


def running(made_at: str, machine: Mapping[str, object], versions: Mapping[str, str]) -> str:
    """When, on what, and with what it ran."""
    ran = {
        "Python": machine["python"],
        "PostgreSQL": machine["postgresql"],
        "Roomtone": machine["roomtone"],
    }
    named = " · ".join(
        f"{name} {text}" for name, text in (ran | dict(sorted(versions.items()))).items()
    )
    return f"{made_at} · {machine['system']} {machine['processor']}, {machine['cores']} cores · {named}"


def versions(*packages: str) -> dict[str, str]:
    """Of Python packages that were measured."""
    return {package: version(package) for package in packages}

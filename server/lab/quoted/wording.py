"""What all reports say of their numbers, in the same words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version

from ...tools.bootstrap import FEW, Interval
from ...tools.page import definitions
from .noise import Noise


def interval(repetitions: int) -> str:
    """What an interval of so many repetitions is, as a sentence."""
    if repetitions < 2:
        return "Measured once: it has no intervals."
    what = "from the smallest to the largest repetition" if repetitions < FEW else "95 % interval"
    return f"Medians; in brackets: {what}."


def noise_of(noise: Noise) -> str:
    return (
        "not measured: it takes two repetitions"
        if noise.latency is None
        else f"{noise.latency:.2f} ms"
    )


def value(found: Interval | None, say: Callable[[float], str]) -> str:
    """The median alone, for where there is little room."""
    return "–" if found is None else say(found.value)


def ranged(found: Interval | None, say: Callable[[float], str]) -> str:
    """The median and its interval in brackets; of one repetition its value alone."""
    if found is None or found.repetitions < 2:
        return value(found, say)
    return f"{say(found.value)} ({say(found.low)}–{say(found.high)})"


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


def noise_method(noise: Noise, floor: str) -> str:
    """`floor` is what the idle lane is, as a sentence."""
    return (
        f"{floor} How wide the interval of its medians is ({noise_of(noise)}) is the machine, and smaller differences between lanes say"
        " nothing."
        f" While nothing ran, {noise.busy:.0%} of the cores were busy with other programs, and a timer woke up to {noise.late:.1f} ms"
        " late (p95)."
    )


ALIKE = "What this run cannot tell apart: the difference of their medians is within chance or the machine’s noise"


def apart(labels: Mapping[str, str], alike: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Each lane that has others like it, and these."""
    return [
        (labels[name], "; ".join(labels[other] for other in others))
        for name, others in alike.items()
        if others
    ]


def warning(labels: Mapping[str, str], alike: Mapping[str, Sequence[str]]) -> str:
    """The part of the page that says what must not be quoted as a difference; HTML."""
    pairs = apart(labels, alike)
    return definitions(ALIKE, pairs) if pairs else ""


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

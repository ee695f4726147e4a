"""What the JSON of all labs has in common (`../report.schema.json`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Protocol

from .apart import Apart
from .figures import plain
from .noise import Noise


class Run(Protocol):
    """A report of any lab; `plan` is a dataclass."""

    made_at: str
    machine: dict[str, object]
    noise: Noise
    apart: Apart

    @property
    def plan(self) -> Any: ...


def head(what: str, version: int, run: Run, units: Mapping[str, str]) -> dict[str, Any]:
    return {
        "what": f"roomtone lab {what}",
        "version": version,
        "made_at": run.made_at,
        "machine": run.machine,
        "plan": asdict(run.plan),
        "noise": asdict(run.noise),
        "units": dict(units),
    }


def lane(name: str, label: str, apart: Apart, repetitions: Iterable[Any]) -> dict[str, Any]:
    """`repetitions` are dataclasses."""
    return {
        "name": name,
        "label": label,
        "figures": plain(apart.figures[name]),
        "noise": apart.noises[name],
        "alike": apart.alike[name],
        "repetitions": [asdict(each) for each in repetitions],
    }

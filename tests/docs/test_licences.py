"""docs/libraries.md lists everything that is installed with the wheel, with its licence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| ([a-z0-9-]+) \| ([^|]+) \|$", re.MULTILINE)


def licence_of(name: str) -> str:
    about = distribution(name).metadata
    classifiers = about.get_all("Classifier", [])
    named = [each.split(" :: ")[-1] for each in classifiers if each.startswith("License ::")]
    return about["License-Expression"] or " ".join(named) or about["License"]


def installed(requirements: list[str], extras: frozenset[str] = frozenset()) -> Iterator[str]:
    """The distributions that these requirements install, and those that they require."""
    for requirement in map(Requirement, requirements):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": each}) for each in {"", *extras}):
            name = re.sub(r"[-_.]+", "-", requirement.name).lower()
            yield name
            required = distribution(name).requires or []
            yield from installed(required, frozenset(requirement.extras))


def test_every_installed_library_is_listed_with_its_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    there = {name: licence_of(name) for name in installed(project["dependencies"])}
    listed = dict(ROW.findall((ROOT / "docs" / "libraries.md").read_text("utf-8")))
    assert listed == there, "\n".join(f"| {name} | {there[name]} |" for name in sorted(there))

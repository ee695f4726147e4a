"""What two runs have and have not in common, on a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from ...tools.grid import grid
from ...tools.number_format import figure
from .comparison import Comparison
from .wording import ranged

HEADINGS = ("one", "other", "ratio")


def table(found: Comparison) -> RenderableType:
    """How many intervals overlap; those that do not, with their values; and what that means."""
    rows = (
        [
            pair.lane,
            pair.figure,
            ranged(pair.one, figure),
            ranged(pair.other, figure),
            f"{pair.other.value / pair.one.value:.2f}" if pair.one.value else "–",
        ]
        for pair in found.apart
    )
    together = len(found.pairs) - len(found.apart)
    verdict = (
        f"Of {len(found.pairs)} figures, {together} overlap. If nothing had changed, about {found.expected:g} would lie apart by chance, and"
        f" rarely more than {found.most}: the runs {'agree' if found.agree else 'do not agree'}."
    )
    notes = [Text(f"only in one of them: {name}", style="dim") for name in found.only_in_one]
    notes += [Text(f"not the same in both: {words}", style="bold") for words in found.unlike]
    if found.once:
        notes.append(Text(f"measured once in both, and not compared: {found.once}", style="dim"))
    return Group(
        grid(f"{found.what}: intervals that lie apart", "figure", HEADINGS, rows)
        if found.apart
        else Text(f"{found.what}: all intervals overlap"),
        *notes,
        Text(verdict, style="green" if found.agree else "bold red"),
    )

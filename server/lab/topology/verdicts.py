"""What a run says of its topologies, in sentences that the table and the report share."""

from __future__ import annotations

from .figures import CROWDED
from .results import Report, Result
from .wording import per_cent


def ends(report: Report) -> list[tuple[str, str]]:
    """Of each topology, how far it went."""
    found: list[tuple[str, str]] = []
    for topology in report.plan.topologies:
        if (why := report.unavailable.get(topology)) is not None:
            found.append((topology, f"not measured to its end: {why}."))
            continue
        stopped, largest = report.stops_at(topology), report.largest_working(topology)
        so_far = f"worked with {_people(largest)}" if largest else "worked with no crowd"
        if stopped is None:
            words = f"{so_far}, the largest crowd that was asked for"
        else:
            words = f"{so_far}; stopped working with {_people(stopped)}: {', '.join(stopped.faults)}. What had no more to give: {stopped.ran_out}"
        found.append((topology, f"{words}."))
    return found


def _people(one: Result) -> str:
    return f"{one.crowd.speakers} who speak and {one.crowd.listeners} who listen"


def compared(report: Report) -> str | None:
    """What an audience costs on an edge beside the MCU."""
    found = report.edge_to_mcu
    if found is None:
        return None
    return (
        f"The largest audience that worked on both, {found['listeners']} who listen to {found['speakers']}: {per_cent(found['mcu'])} of a core on the MCU,"
        f" {per_cent(found['mcu'] / found['listeners'])} for each; {per_cent(found['edge'])} with an edge, {per_cent(found['edge'] / found['listeners'])} for each,"
        " mixing on the MCU included."
    )


def crowded(report: Report) -> str | None:
    """A warning if the whole machine was busy: then the figures are the machine's as well."""
    every = [each for one in report.results for each in one.repetitions]
    full = [one for one in every if one.cost.machine >= CROWDED]
    if not full:
        return None
    return (
        f"In {len(full)} of {len(every)} measurements all cores of this machine were busy: delays and stopping"
        " points there are the machine’s (the people and whatever else runs here) as much as the topology’s."
    )

"""How it was measured, as the report explains it."""

from __future__ import annotations

from ..tools import nchan
from .figures import LIMIT, Report


def method(report: Report) -> dict[str, str]:
    """The last part of the page."""
    plan = report.plan
    generators = ", ".join(
        f"{one.measure} {one.generator:.0%}" for one in report.results if one.generator
    )
    beside = (
        "nginx with nchan was measured beside it."
        if nchan.installed()
        else f"nginx with nchan was not: it needs Debian’s {nchan.PACKAGE}. Budgets that name it are undecided where the others are met."
    )
    return {
        "The machine": (
            f"Relay, PostgreSQL, floors and load generator share its {report.machine['cores']} cores, on loopback. Other work took"
            f" {report.busy:.0%} of it before the run began. Budgets are for two cores that do nothing else."
        ),
        "The load generator": (
            "One process with bare sockets, which searches what arrives for the number of the event and takes the time; for writes it is"
            f" pgbench. Its share of a core: {generators or 'none'}. From {LIMIT:.0%} on it is itself part of what was measured, and the report says so."
        ),
        "Floors": f"Each has a process of its own and is measured right after Roomtone, with the same load generator. {beside}",
        "Plan": (
            f"{plan.streams} streams, {plan.events} events, each written when all have received the one before; {plan.joins} joins with each"
            f" number of followers; a room of {plan.room}; pgbench for {plan.duration:g} s each, in turns of at least a second. First events and first joins warm up, and are not counted."
        ),
    }

"""The output of `roomtone drill`: the list, the progress, the verdicts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack

from rich.console import Console
from rich.text import Text

from ..ending_signals import run_until_signal
from ..tools.database_server import DatabaseServer
from .catalogue import DRILLS
from .drill import Drill
from .run import perform
from .verdict import NotPerformed, Verdict


def chosen(names: Sequence[str]) -> list[Drill]:
    """The drills of these names, or `all`. Raises KeyError with the unknown name."""
    if "all" in names:
        return list(DRILLS.values())
    return [DRILLS[name] for name in names]


def performed(
    drills: Iterable[Drill], on_progress: Callable[[str], None]
) -> Iterator[Verdict | NotPerformed]:
    """Perform them one after the other. Those about crashes have a PostgreSQL that writes to the disk."""
    servers: dict[bool, DatabaseServer] = {}
    with ExitStack() as stack:
        for drill in drills:
            if drill.durable not in servers:
                servers[drill.durable] = stack.enter_context(
                    DatabaseServer(durable=drill.durable, on_progress=on_progress)
                )
            on_progress(f"drilling: {drill.name}")
            yield run_until_signal(perform(drill, servers[drill.durable]))


def show_list(console: Console) -> None:
    for drill in DRILLS.values():
        console.print(Text(drill.name, style="bold"))
        console.print(Text(f"  {drill.description}"))
    console.print(Text("\nRun some of them, or all: roomtone drill all", style="dim"))


def run(drills: Sequence[Drill], *, as_json: bool) -> bool:
    """Perform and show; whether all passed."""
    console = Console(highlight=False, soft_wrap=True, stderr=as_json)
    verdicts = []
    with console.status("") as status:

        def say(words: str) -> None:
            if console.is_terminal:
                status.update(Text(words))
            else:
                console.print(Text(words))

        for verdict in performed(drills, say):
            verdicts.append(verdict)
            _show(console, verdict)
    failed = [verdict.drill for verdict in verdicts if not verdict.passed]
    if as_json:
        document = {"passed": not failed, "drills": [each.as_json() for each in verdicts]}
        Console(soft_wrap=True, highlight=False).print_json(json.dumps(document))
    elif failed:
        console.print(Text(f"{len(failed)} of {len(verdicts)} failed: {', '.join(failed)}"))
    else:
        console.print(Text(f"{len(verdicts)} of {len(verdicts)} passed", style="bold"))
    return not failed


def _show(console: Console, verdict: Verdict | NotPerformed) -> None:
    mark = ("passed", "green") if verdict.passed else ("failed", "red")
    console.print(Text.assemble(mark, "  ", (verdict.drill, "bold")))
    if isinstance(verdict, NotPerformed):
        console.print(Text(f"        could not be performed: {verdict.needs}"))
        return
    console.print(
        Text(
            f"        {verdict.missed} missed, {verdict.duplicated} duplicated,"
            f" {verdict.misordered} out of order; longest behind {verdict.behind_ms} ms"
            f" (median {verdict.usually_ms}); roster right after {verdict.roster_s:g} s"
        )
    )
    console.print(
        Text(
            f"        {verdict.followers} followers in {verdict.rooms} rooms, {verdict.written} writes,"
            f" {verdict.events:,} events delivered, {verdict.reconnections} reconnections",
            style="dim",
        )
    )
    if verdict.figures:
        figures = "; ".join(f"{what}: {number:g}" for what, number in verdict.figures.items())
        console.print(Text(f"        {figures}", style="dim"))
    for fault in verdict.faults:
        console.print(Text(f"        {fault}", style="red"))

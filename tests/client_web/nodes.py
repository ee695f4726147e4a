"""Media nodes for browsers: in a thread of this process, which costs a test nothing but the audio, or as processes that can be killed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from roomtone.media.node.lease import Kind
from roomtone.media.node.node import serve

from ..patience import PATIENCE, eventually
from ..people import Psql


def living(psql: Psql, *kinds: Kind) -> bool:
    """Whether a node of each of these kinds gives signs of life, and no others; bots do not count."""
    running = "select kind from living_nodes() where kind <> 'bot' order by kind"
    return [kind for (kind,) in psql.all(running)] == sorted(kinds)


@contextmanager
def nodes(database_url: str, *kinds: Kind, recordings: Path | None = None) -> Iterator[None]:
    """A node of each kind until the block ends, when they hand their rooms over; they record into this folder."""
    loop = asyncio.new_event_loop()
    stopping = asyncio.Event()

    async def run() -> None:
        running = [
            asyncio.create_task(serve(database_url, kind, recordings=recordings)) for kind in kinds
        ]
        await stopping.wait()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), name="nodes")
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join()
        loop.close()


@contextmanager
def node_process(database_url: str, kind: Kind) -> Iterator[subprocess.Popen[bytes]]:
    """A node as somebody starts it on a machine of its own; killed, as a machine that loses power is."""
    command = [sys.executable, "-m", "roomtone", "node", kind, "--database-url", database_url]
    environment = {n: v for n, v in os.environ.items() if not n.startswith("ROOMTONE_")}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def waits_for_nodes(psql: Psql, *kinds: Kind) -> None:
    eventually(lambda: living(psql, *kinds), within=PATIENCE)

"""A process that leads a Janus and is killed leaves nothing."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import psutil

from ....patience import PATIENCE, comes_true

LEADS = f"""
import asyncio
from roomtone.media.edge import janus_process

async def lead():
    janus_process.STARTS_WITHIN = {PATIENCE}
    async with janus_process.janus_process() as running:
        print(running.process.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(lead())
"""


def has_ended(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def files_in(folder: Path) -> list[Path]:
    return [*folder.iterdir()]


async def test_a_process_that_is_killed_leaves_no_janus_and_no_file(tmp_path: Path) -> None:
    leader = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        LEADS,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert leader.stdout is not None
    janus = psutil.Process(int(await leader.stdout.readline()))
    assert janus.name() == "janus"
    leader.kill()
    await leader.wait()
    await comes_true(lambda: has_ended(janus))
    assert files_in(tmp_path) == []

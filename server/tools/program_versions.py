"""The versions of programs that others wrote."""

from __future__ import annotations

import asyncio
import re
from typing import Final

WITHIN: Final = 10.0  # seconds


async def package_version(package: str) -> str:
    """As dpkg knows it; `unknown` if it was installed in another way."""
    command = ("dpkg-query", "--show", "--showformat=${Version}", package)
    return await _first_line(*command) or "unknown"


async def program_version(*command: str) -> str:
    """The first number with a dot that a program says of its version, without what it was built with."""
    found = re.search(r"\d+(\.\d+)+", await _first_line(*command))
    return found[0] if found else "unknown"


async def _first_line(*command: str) -> str:
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return ""
    try:
        async with asyncio.timeout(WITHIN):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return ""
    return said.decode(errors="replace").partition("\n")[0].strip()

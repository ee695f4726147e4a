"""npm's packages, installed by the lab into a folder of the user's: of these versions, and never part of the project."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from pathlib import Path
from typing import Final

import platformdirs

from ...tools.processes import installed, start
from ...tools.waiting import in_thread
from .refusals import CannotStart

PACKAGES: Final = {
    "@socket.io/postgres-adapter": "0.5.0",
    "bufferutil": "4.1.0",
    "peer": "1.0.2",
    "pg": "8.23.1",
    "socket.io": "4.8.4",
    "socket.io-client": "4.8.4",
}
INSTALLS_WITHIN: Final = 240.0  # seconds
LAST_WORDS: Final = 300  # characters of npm's errors
NODE: Final = "apt-get install nodejs npm"

_one_at_a_time = asyncio.Lock()


def node() -> str:
    """Where Node is. Raises CannotStart."""
    found = installed("node")
    if found is None:
        raise CannotStart("node is not installed", NODE)
    return found


async def modules(given: Path | None, *needed: str) -> Path:
    """The folder `node_modules` with these packages: the given one, or the cache, which is filled at first. Raises CannotStart."""
    folder = _cache() / "node_modules" if given is None else given
    async with _one_at_a_time:
        if await in_thread(_has, folder, needed):
            return folder
        if given is not None:
            raise CannotStart(f"{', '.join(needed)}: not all are in {given}")
        await _install(folder.parent)
    return folder


def version(folder: Path, package: str) -> str:
    """The version that is installed."""
    return str(json.loads((folder / package / "package.json").read_text())["version"])


def _has(folder: Path, needed: tuple[str, ...]) -> bool:
    return all((folder / package / "package.json").is_file() for package in needed)


def _cache() -> Path:
    """A folder for exactly these versions."""
    name = hashlib.sha256(json.dumps(PACKAGES).encode()).hexdigest()[:12]
    return platformdirs.user_cache_path("roomtone", appauthor=False) / "lab-peers" / name


async def _install(folder: Path) -> None:
    npm = installed("npm")
    if npm is None:
        raise CannotStart("npm is not installed", NODE)
    await in_thread(_prepare, folder)
    log_file = folder / "npm.log"
    command = (npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
    process = await start((*command, "--prefix", str(folder)), log_file, {})
    try:
        async with asyncio.timeout(INSTALLS_WITHIN):
            status = await process.wait()
    except BaseException as error:
        process.kill()
        await process.wait()
        if isinstance(error, TimeoutError):
            raise CannotStart(f"npm took longer than {INSTALLS_WITHIN:g} s") from None
        raise
    if status != 0:
        words = (await in_thread(log_file.read_text))[-LAST_WORDS:].strip()
        await in_thread(shutil.rmtree, folder, True)
        raise CannotStart(f"npm could not install its packages: {words}", "npm ping")


def _prepare(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # of an installation that was broken off
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": PACKAGES}))

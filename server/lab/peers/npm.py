"""npm's packages, installed by the lab into a folder of the user's: of these versions, and never part of the project."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

import platformdirs

from ...supervision import finished
from ...tools.processes import installed, start
from ...tools.waiting import in_thread
from .refusals import CannotStart

PACKAGES: Final = Path(__file__).parent / "npm_packages.json"
"""The `package.json` that npm is given. It names every package below the six that lanes use, so that a run in a year measures the same.

A lock file would contain download addresses. A newer set: let npm install the six, and write down the versions in its folder; a test compares.
"""
WITHOUT_BUFFERUTIL: Final = {"WS_NO_BUFFER_UTIL": "1"}
"""For Node: ws takes bufferutil wherever it is installed, unless it is told not to (its documentation)."""
INSTALLS_WITHIN: Final = 240.0  # seconds
LAST_WORDS: Final = 300  # characters of npm's errors
CHECK: Final = "check with npm ping"
NODE: Final = "install it: apt-get install nodejs npm"


def node() -> str:
    """Where Node is. Raises CannotStart."""
    found = installed("node")
    if found is None:
        raise CannotStart("node is not installed", NODE)
    return found


class Modules:
    """A folder `node_modules` for the lanes of a run: the given one, or the cache, which is filled when the first of them asks."""

    def __init__(self, given: Path | None) -> None:
        self._given = given
        self._one_at_a_time = asyncio.Lock()
        self._failed: CannotStart | None = None

    async def having(self, *needed: str) -> Path:
        """The folder, with these packages. Raises CannotStart; once they could not be installed, at once."""
        folder = _cache() / "node_modules" if self._given is None else self._given
        async with self._one_at_a_time:
            if await in_thread(_has, folder, needed):
                return folder
            if self._given is not None:
                raise CannotStart(f"{', '.join(needed)}: not all are in the folder that was given")
            if self._failed is not None:
                failed = self._failed
                raise CannotStart(failed.why, failed.install, failed.words)
            try:
                await _install(folder.parent)
            except CannotStart as error:
                self._failed = error
                raise
        return folder


def versions(folder: Path, *packages: str) -> dict[str, str]:
    """The versions that are installed. `a/b` is the b that only a uses, where it has one of its own, and otherwise left out."""
    found = {}
    for package in packages:
        owner, _, own = package.rpartition("/")
        place = f"{owner}/node_modules/{own}" if owner and owner[0] != "@" else package
        description = folder / place / "package.json"
        if description.is_file():
            found[package] = str(json.loads(description.read_text())["version"])
    return found


def _has(folder: Path, needed: tuple[str, ...]) -> bool:
    return all((folder / package / "package.json").is_file() for package in needed)


def _cache() -> Path:
    """A folder for exactly these versions; it is there only when all are in it."""
    name = hashlib.sha256(PACKAGES.read_bytes()).hexdigest()[:12]
    return platformdirs.user_cache_path("roomtone", appauthor=False) / "lab-peers" / f"npm-{name}"


async def _install(folder: Path) -> None:
    """Install beside it, and rename that: so neither what was broken off nor another lab's half passes as whole."""
    npm = installed("npm")
    if npm is None:
        raise CannotStart("npm is not installed", NODE)
    made = await in_thread(_beside, folder)
    try:
        await _run(npm, made)
        try:
            await in_thread(made.rename, folder)
        except OSError:
            if not await in_thread((folder / "node_modules").is_dir):
                raise  # otherwise another lab was quicker
    finally:
        await finished(in_thread(shutil.rmtree, made, True), "what npm left")


async def _run(npm: str, folder: Path) -> None:
    """Raises CannotStart. No package's own scripts run."""
    log_file = folder / "npm.log"
    command = (npm, "install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund")
    process = await start((*command, "--loglevel=error", "--prefix", str(folder)), log_file, {})
    try:
        async with asyncio.timeout(INSTALLS_WITHIN):
            status = await process.wait()
    except TimeoutError:
        raise CannotStart(f"npm took longer than {INSTALLS_WITHIN:g} s", CHECK) from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its children, too, which are in its session
        await process.wait()
    if status != 0:
        words = (await in_thread(log_file.read_text))[-LAST_WORDS:].strip()
        raise CannotStart("npm could not install its packages", CHECK, words)


def _beside(folder: Path) -> Path:
    """A new folder in which npm is told what to install."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="installing-", dir=folder.parent))
    shutil.copy(PACKAGES, made / "package.json")
    return made

"""A file system of a few megabytes, to see what happens when it is full.

Root mounts it. Others may mount one in a namespace of their own (user_namespaces(7)), where a process holds it; its files are reached
through that process's root folder in /proc.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FILLER: Final = "filler"
CHUNK: Final = 1 << 16


class NoSmallDisk(Exception):
    """This user may not mount a file system here; the text says why."""


class SmallDisk:
    """`folder` is its root. Everybody may enter it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.folder / FILLER).open("ab", buffering=0) as file:
            size = CHUNK
            while size:
                try:
                    file.write(b"\0" * size)
                except OSError:
                    size //= 2

    def empty(self) -> None:
        """Take away what `fill` wrote."""
        (self.folder / FILLER).unlink(missing_ok=True)


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A disk of this size, mounted on the folder `place` until the block ends. Raises NoSmallDisk."""
    place.mkdir(parents=True, exist_ok=True)
    mount = ("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", str(place))
    if os.geteuid() == 0:
        _run(mount)
        try:
            yield SmallDisk(place)
        finally:
            _run(("umount", "--lazy", str(place)))
    else:
        with _held(mount) as root:
            yield SmallDisk(root / place.absolute().relative_to("/"))


@contextmanager
def _held(mount: tuple[str, ...]) -> Iterator[Path]:
    """A process with this file system mounted; its root folder."""
    namespace = ("unshare", "--user", "--map-root-user", "--mount")
    then = ("sh", "-c", '"$@" && echo mounted && exec cat', "sh")
    pipe = subprocess.PIPE
    try:
        holder = subprocess.Popen(
            [*namespace, *then, *mount], stdin=pipe, stdout=pipe, stderr=pipe, text=True
        )
    except OSError as error:
        raise NoSmallDisk(str(error)) from error
    with holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stderr is not None
        if not holder.stdout.readline():
            raise NoSmallDisk(holder.stderr.read().strip())
        try:
            yield Path(f"/proc/{holder.pid}/root")
        finally:
            holder.stdin.close()  # which ends it, and the last process of a namespace ends its mounts


def _run(command: tuple[str, ...]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise NoSmallDisk(str(error)) from error
    if done.returncode:
        raise NoSmallDisk(done.stderr.strip())

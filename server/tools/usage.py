"""What a process has used: processor time and memory, as the kernel counts them."""

from __future__ import annotations

import sys
import time
from contextlib import suppress

import psutil


def processor(process: psutil.Process) -> float:
    """Seconds of user and system time: on Linux in nanoseconds, elsewhere in hundredths of a second."""
    if sys.platform == "linux":
        # the clock of another process, by its pid: clock_getcpuclockid(3) makes the same number
        return time.clock_gettime((~process.pid << 3) | 2)
    else:  # noqa: RET505 - otherwise mypy says that it is unreachable
        times = process.cpu_times()
        return float(times.user + times.system)


def processor_with_children(pid: int) -> float:
    """Seconds of a process and of all below it, those that have ended included: such as PostgreSQL's, a process for each session."""
    process = psutil.Process(pid)
    ended = process.cpu_times()
    spent = float(ended.children_user + ended.children_system) + processor(process)
    for child in process.children(recursive=True):
        with suppress(psutil.Error, OSError):  # it ended meanwhile
            spent += processor(child)
    return spent


def memory(process: psutil.Process) -> int:
    """Bytes of memory that only this process has (USS)."""
    return int(process.memory_full_info().uss)


def memory_with_children(pid: int) -> int:
    """Bytes of memory that only a process and all below it have (USS). Raises psutil.Error if the process itself has ended."""
    process = psutil.Process(pid)
    used = memory(process)
    for child in process.children(recursive=True):
        with suppress(psutil.Error, OSError):  # it ended meanwhile
            used += memory(child)
    return used

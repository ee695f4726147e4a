"""What processes use is read while some of them end."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest
from roomtone.tools.usage import memory_with_children, processor_with_children

HAS_AN_ENDED_CHILD = """
import os, sys
child = os.fork()
if child == 0:
    os._exit(0)
os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # it has ended, and stays in the list of processes
print(flush=True)
sys.stdin.read()
"""


def test_a_child_that_has_ended_is_left_out_and_an_ended_process_is_an_error() -> None:
    command = (sys.executable, "-c", HAS_AN_ENDED_CHILD)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (child,) = psutil.Process(process.pid).children()
        assert child.status() == psutil.STATUS_ZOMBIE
        assert memory_with_children(process.pid) > 0
        assert processor_with_children(process.pid) > 0
    with pytest.raises(psutil.NoSuchProcess):
        memory_with_children(process.pid)

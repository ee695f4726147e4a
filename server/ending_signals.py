"""The signals that end a process of Roomtone in good order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def ending_signals() -> tuple[signal.Signals, ...]:
    """Ctrl-C, SIGTERM, and SIGHUP, which a terminal that closes sends. Under nohup SIGHUP is ignored, and stays so."""
    hangs_up = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM, *((signal.SIGHUP,) if hangs_up else ()))


def run_until_signal(
    work: Coroutine[Any, Any, T], on_signal: Callable[[], object] = lambda: None
) -> T:
    """Run this in an event loop of its own; the first ending signal cancels it, and is KeyboardInterrupt when it has ended.

    `on_signal` is called at once.

    Without this, KeyboardInterrupt leaves the loop at once, and all tasks are cancelled together: also the statements whose ends
    others wait for, which those then cancel again. psycopg closes a connection where that happens.
    """
    import uvloop

    signalled = False
    before = {number: signal.getsignal(number) for number in ending_signals()}
    runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    loop = runner.get_loop()

    async def run() -> T:
        task = asyncio.current_task()
        assert task is not None

        def end() -> None:
            nonlocal signalled
            if not signalled:
                signalled = True
                on_signal()
                task.cancel()

        for number in before:
            loop.add_signal_handler(number, end)
        return await work

    try:
        result = runner.run(run())
        if not signalled:
            return result
    except asyncio.CancelledError:
        if not signalled:
            raise
    finally:
        runner.close()
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if signalled else handler)
    raise KeyboardInterrupt

"""Background tasks that are watched. This is the one module that starts any.

A task that ends by an error is logged with its traceback and counted. One that lives as long as its process (`keep`) is started
again with a jittered back-off where that is safe; where it is not, or when it keeps failing, the process ends with a non-zero
status, so that its service manager starts it again. No process goes on with a part missing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeVar

from .backoff import backoff

STEADY_AFTER: Final = 10.0  # seconds; a task that ran so long has recovered
CANCEL_AGAIN_AFTER: Final = 5.0  # seconds
TIDIES_UP_WITHIN: Final = 30.0  # seconds that a single task has, before it is cancelled again
GIVE_UP_AFTER: Final = 10  # failures in a row, which take about half a minute
CANNOT_GO_ON: Final = os.EX_CONFIG  # 78, the status of a process that need not be started again
FAILING_FROM: Final = 3  # failures in a row until `failing` names the task

T = TypeVar("T")

log = logging.getLogger(__name__)


class TaskFailed(Exception):
    """A background task failed and is not started again, so the process must end."""


class CannotGoOn(Exception):
    """This process has to end, and starting it again would not help. The text says why, in a line."""


class NotStarted(Exception):
    """A process did not start in time, or was stopped while it started."""


class Stop:
    """The end of a process. `failed` says that a background task made it end; `status` is then the process's."""

    def __init__(self) -> None:
        self.requested = asyncio.Event()
        self.failed = False
        self.status = 0

    def fail(self, error: BaseException) -> None:
        """A background task failed by this and is not started again."""
        self.failed = True
        self.status = CANNOT_GO_ON if isinstance(error, CannotGoOn) else 1
        self.requested.set()


class Supervisor:
    """The tasks of one owner. `failures` counts them by name; `fatal` names the task that failed so often that the process must end.

    `on_fatal` is called then, once. Without it, a task that keeps failing is started again for ever.
    """

    def __init__(self, on_fatal: Callable[[BaseException], object] | None = None) -> None:
        self.failures: Counter[str] = Counter()
        self.fatal: str | None = None
        self.cause: BaseException | None = None
        self._on_fatal = on_fatal
        self._closing = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._in_a_row: Counter[str] = Counter()
        self._pausing: set[str] = set()

    @property
    def failing(self) -> list[str]:
        """The names of tasks that do not run just now, or that fail again and again."""
        again = {name for name, count in self._in_a_row.items() if count >= FAILING_FROM}
        return sorted(self._pausing | again | ({self.fatal} if self.fatal else set()))

    def keep(
        self, run: Callable[[], Awaitable[None]], name: str, *, restarts: bool = True
    ) -> asyncio.Task[None]:
        """Run this until `close`, or until the task that is returned is cancelled; to return is an error too.

        `restarts` says that running it anew is safe; else its first failure ends the process.
        """
        return self._start(self._keep(run, name, restarts), name)

    def once(self, run: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Run this to its end. Its error is logged and counted, and raised where the task is awaited."""
        return self._start(run, name, self._failed)

    def _start(
        self,
        run: Coroutine[Any, Any, T],
        name: str,
        failed: Callable[[str, BaseException], None] | None = None,
    ) -> asyncio.Task[T]:
        task = asyncio.create_task(run, name=name)
        self._tasks.add(task)

        def done(task: asyncio.Task[T]) -> None:
            self._tasks.discard(task)
            if failed is not None and not task.cancelled() and (error := task.exception()):
                failed(name, error)

        task.add_done_callback(done)
        return task

    async def finish(self) -> None:
        """Wait until what runs has ended by itself."""
        while tasks := {*self._tasks} - {asyncio.current_task()}:
            await asyncio.wait(tasks)

    async def close(self) -> None:
        """Cancel what runs, and wait for its end."""
        self._closing = True
        while tasks := {*self._tasks} - {asyncio.current_task()}:
            await _end(tasks, CANCEL_AGAIN_AFTER)

    async def _keep(self, run: Callable[[], Awaitable[None]], name: str, restarts: bool) -> None:
        while self.fatal is None:
            began = time.monotonic()
            steady = asyncio.get_running_loop().call_later(
                STEADY_AFTER, self._in_a_row.pop, name, None
            )
            try:
                await run()
                raise TaskFailed(f"{name} returned")
            except Exception as error:  # noqa: BLE001 - every error is logged with its traceback
                if isinstance(error, CannotGoOn):
                    self._give_up(name, error)
                    return
                self._failed(name, error)
                self._in_a_row[name] += 1
                hopeless = self._on_fatal is not None and self._in_a_row[name] >= GIVE_UP_AFTER
                if hopeless or not restarts:
                    self._give_up(name, error)
                    return
            finally:
                steady.cancel()
            # 0.15 0.3 0.6 1.2 2.4 4.8 9.6 15 15 … seconds, each times 0.5 to 1
            pause = backoff(self._in_a_row[name] - 1, base=0.15, most=15.0)
            log.warning(
                "%s ran for %.1f s, and starts again in %.1f s", name, time.monotonic() - began, pause
            )  # fmt: skip
            self._pausing.add(name)
            try:
                await asyncio.sleep(pause)
            finally:
                self._pausing.discard(name)

    def _failed(self, name: str, error: BaseException) -> None:
        self.failures[name] += 1
        log.error("the task %s failed", name, exc_info=error, extra={"cause": name})

    def _give_up(self, name: str, error: BaseException) -> None:
        if self.fatal is None:
            self.fatal, self.cause = name, error
            if isinstance(error, CannotGoOn):
                log.critical("this process ends: %s", error)
            else:
                log.critical("the task %s cannot go on, so this process ends", name)
            if self._on_fatal is not None and not self._closing:
                self._on_fatal(error)


@asynccontextmanager
async def supervised() -> AsyncIterator[Supervisor]:
    """A supervisor while the block runs; the block is cancelled, and TaskFailed raised, when a failed task is not started again."""
    owner = asyncio.current_task()
    assert owner is not None
    supervisor = Supervisor(on_fatal=owner.cancel)
    try:
        yield supervisor
    except asyncio.CancelledError:
        # If it was cancelled from outside as well, it ends as cancelled.
        if supervisor.fatal is None or owner.uncancel() > 0:
            raise
    finally:
        await supervisor.close()
    if isinstance(supervisor.cause, CannotGoOn):
        raise supervisor.cause
    if supervisor.fatal is not None:
        raise TaskFailed(f"the task {supervisor.fatal} cannot go on") from supervisor.cause


@asynccontextmanager
async def starting(stop: Stop | None, *, within: float) -> AsyncIterator[None]:
    """Cancel the block after `within` seconds, or when the process is to stop, and raise NotStarted. So no start waits for ever."""
    limit = asyncio.timeout(within)
    try:
        async with limit:
            watching = None if stop is None else begin(_expire(stop, limit), "stop while starting")
            try:
                yield
            finally:
                if watching is not None:
                    watching.cancel()
    except TimeoutError as error:
        if not limit.expired():
            raise
        if stop is not None and stop.failed:
            raise NotStarted("a background task cannot go on") from None
        if stop is not None and stop.requested.is_set():
            raise NotStarted("stopped while it was starting") from None
        raise NotStarted(f"not started within {within:g} seconds") from error


async def _expire(stop: Stop, limit: asyncio.Timeout) -> None:
    await stop.requested.wait()
    limit.reschedule(asyncio.get_running_loop().time())


def begin(run: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
    """A task that the caller has to await, and whose error the caller has to handle."""
    return asyncio.create_task(run, name=name)


async def finished(run: Coroutine[Any, Any, T], name: str) -> T:
    """The result of this, which goes on to its end when it is awaited no more. A second cancellation interrupts it, or `TIDIES_UP_WITHIN`.

    For a statement that another one follows: to interrupt it takes a connection of its own, and may cost this one.
    """
    task = begin(run, name)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        try:
            await asyncio.wait([task], timeout=TIDIES_UP_WITHIN)
        finally:
            await _end([task])
        raise


async def _end(tasks: Iterable[asyncio.Task[Any]], within: float | None = None) -> None:
    """Cancel these and wait for their end. A library may hide a cancellation (`postgres/session.py` has one that did): then cancel again."""
    ending = left = {*tasks}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=within or TIDIES_UP_WITHIN)
    for task in ending:
        if task.cancelled():
            # A cancelled task keeps its error until somebody takes it, and in Python 3.14 the error's frames keep the task.
            with suppress(asyncio.CancelledError):
                task.exception()


async def stop(task: asyncio.Task[Any]) -> None:
    """Cancel it and wait for its end. If it had failed before, its error is logged."""
    await _end([task])
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("the task %s had failed", task.get_name(), exc_info=error)


@asynccontextmanager
async def beside(**runs: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these while the block runs. One that fails cancels the block, and its error is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run, name=name) for name, run in runs.items()]
            try:
                yield
            finally:
                await _end(tasks)
    except BaseExceptionGroup as errors:
        raise _first(errors)  # noqa: B904 - the block's own error, if it is that


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


async def all_of(*runs: Coroutine[Any, Any, T], name: str) -> list[T]:
    """Run these beside each other to their ends. One that fails cancels the others, and its error is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run, name=name) for run in runs]
    except BaseExceptionGroup as errors:
        raise _first(errors) from None
    return [task.result() for task in tasks]


async def first_of(**runs: Coroutine[Any, Any, Any]) -> None:
    """Run these beside each other until one of them ends; the others are cancelled, and have ended when this returns.

    Raises the error of the first that ended by one.
    """
    tasks = [begin(run, name) for name, run in runs.items()]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end(tasks)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error

"""The processes that serve requests: one, or several on one port."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING

import uvicorn

from . import logs, privileges
from .http import connections
from .http.uvicorn_internals.requests import BoundedRequests, ignore_what_clients_cause
from .http.uvicorn_internals.websockets import BoundedWebSocket
from .loading import loading
from .postgres.account import Account
from .relay_server import STOP_PATIENCE, RelayServer, end_after
from .serving_errors import CannotListenError, CannotServeError
from .supervision import CANNOT_GO_ON, Stop

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from .settings import Settings

START_PATIENCE = 55  # seconds; the application gives up before
RESTART_PAUSE = 1  # seconds before another try, when the last one ended before it served
BACKLOG = 2048
IDLE_WITHIN_S = 75
"""Seconds between two requests of a connection. More than the 60 after which nginx gives up an idle connection to a relay, and the 5 of
httpx: of two ends with the same limit, one may close a connection on which the other has just sent a request, which is then lost."""
LARGEST_MESSAGE = 1024 * 1024  # bytes
YOUNG = 10_000
"""New objects until the garbage collector looks at them. A request has hundreds, which are gone when it was answered. By default (700)
it looked at those of all requests in progress, again and again: a tenth of the time in which a stream is opened."""

logger = logging.getLogger(__name__)


def bind(host: str, port: int) -> socket.socket:
    """A bound socket that does not listen yet, so that no client connects before it is answered."""
    try:
        found = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_ADDRCONFIG
        )
    except (socket.gaierror, UnicodeError) as error:
        raise CannotListenError(f"There is no address {host!r} on this machine.") from error
    family, kind, protocol, _, where = found[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        connections.set_options(listening)
        listening.bind(where)
    except OSError as error:
        listening.close()
        raise CannotListenError(
            f"Cannot listen on port {port} of {host}: {os.strerror(error.errno or 0).lower()}."
            " Choose another with --port, or any free one with --port 0."
        ) from error
    return listening


def address(listening: socket.socket) -> str:
    """The URL a browser on this machine opens."""
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(
    settings: Settings, database_url: str, listening: socket.socket, on_started: Callable[[], None]
) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP, which is raised again after the stop, as uvicorn does."""
    with loading():
        from .app import create_app

    logs.configure(settings.log_level, settings.log_format)
    logging.getLogger("uvicorn.error").addFilter(ignore_what_clients_cause)
    stop = Stop()
    app = create_app(settings, database_url, stop)
    limit = end_after(START_PATIENCE)

    def started() -> None:
        limit.cancel()
        # What was loaded lives as long as the process: without it a collection takes a fraction of the time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG, 5)
        on_started()

    server = RelayServer(configuration(app, settings), stop, started)
    logging.getLogger("uvicorn.error").addFilter(lambda _: not server.stopped_early)
    try:
        server.run(sockets=[listening])
    finally:
        limit.cancel()
    if stop.failed:
        sys.exit(stop.status)


def configuration(app: Starlette, settings: Settings) -> uvicorn.Config:
    """How this application is served; for `RelayServer`."""
    return uvicorn.Config(
        app,
        http=BoundedRequests,
        ws=BoundedWebSocket,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_WITHIN_S,
        timeout_graceful_shutdown=STOP_PATIENCE,
        # The application refuses a message that is too large, with an explanation. Beyond this size the connection is closed.
        ws_max_size=max(LARGEST_MESSAGE, 2 * settings.body_limit),
        ws_per_message_deflate=False,  # event streams are not compressed either
    )


@dataclass
class Worker:
    process: SpawnProcess
    started: Connection
    ready: bool = False


def serve_many(
    settings: Settings,
    database_url: str,
    listening: socket.socket,
    on_started: Callable[[], None],
    account: Account | None = None,
) -> None:
    """Serve with one or several processes on one socket until interrupted; one that dies is replaced.

    Each is a relay with a node id of its own. They run as this account, and this process answers no client.
    """

    def spawned() -> Worker:
        return _spawn(settings, database_url, listening, account)

    logs.configure(settings.log_level, settings.log_format)
    listening.listen(BACKLOG)  # the processes share it: one that is free accepts
    workers = [spawned() for _ in range(settings.workers)]
    served = False
    try:
        while True:
            wait(
                [w.process.sentinel for w in workers] + [w.started for w in workers if not w.ready]
            )
            for worker in workers:
                if not worker.ready and worker.started.poll():
                    worker.ready = _received(worker.started)
            if not served and any(worker.ready for worker in workers):
                served = True
                on_started()
            dead = [worker for worker in workers if not worker.process.is_alive()]
            if any(worker.process.exitcode == CANNOT_GO_ON for worker in dead):
                sys.exit(CANNOT_GO_ON)  # it has said why
            for worker in dead:
                if not served:
                    raise CannotServeError(
                        f"A relay process ended with status {worker.process.exitcode} before it served;"
                        " the lines above say why."
                    )
                logger.error("relay process %s ended; starting another", worker.process.pid)
                if not worker.ready:
                    time.sleep(RESTART_PAUSE)
                workers.remove(worker)
                workers.append(spawned())
    finally:
        _end(workers)


def _spawn(
    settings: Settings, database_url: str, listening: socket.socket, account: Account | None
) -> Worker:
    spawn = multiprocessing.get_context("spawn")
    receiving, sending = spawn.Pipe(duplex=False)
    process = spawn.Process(
        target=_work, args=(settings, database_url, listening, sending, account), daemon=True
    )
    # Ctrl-C reaches the whole process group; the child ignores it until uvicorn handles it
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.start()
    finally:
        signal.signal(signal.SIGINT, before)
    sending.close()
    return Worker(process, receiving)


def _work(
    settings: Settings,
    database_url: str,
    listening: socket.socket,
    started: Connection,
    account: Account | None,
) -> None:
    if account is not None:
        from . import app  # noqa: F401 -- its files may be readable for root only

        privileges.drop(account.uid, account.gid)
    threading.Thread(target=_end_with_parent, daemon=True).start()

    def report_started() -> None:
        with suppress(OSError):  # the parent has ended, and this process is about to
            started.send(True)

    serve(settings, database_url, listening, report_started)


def _end_with_parent() -> None:
    """A killed parent cannot end its children, so they wait for its end."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_PATIENCE + 2)
        os._exit(1)  # in case something keeps it from ending


def _received(started: Connection) -> bool:
    try:
        return bool(started.recv())
    except EOFError:
        return False


def _end(workers: list[Worker]) -> None:
    for worker in workers:
        worker.process.terminate()
    deadline = time.monotonic() + STOP_PATIENCE + 1
    for worker in workers:
        worker.process.join(max(0.0, deadline - time.monotonic()))
        if worker.process.is_alive():
            worker.process.kill()
        with suppress(OSError):
            worker.started.close()

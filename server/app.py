"""The application: what lives for as long as a relay runs, and the routes in the order of the flow."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Final, TypedDict, TypeVar

from psycopg.errors import LockNotAvailable, QueryCanceled
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from . import problem, rows
from .bus.address import BusAddress
from .http import (
    access_tokens,
    allowed_origins,
    calendars,
    health,
    limits,
    listen,
    openapi,
    openid,
    origin,
    pages,
    recording_captions,
    recordings,
    request_record,
    root_path,
    session,
    subjects,
    timing,
    turn,
    whip,
    whip_cors,
)
from .http.open_connections import OpenConnections
from .http.openid_checks import CHECK_EVERY as CHECK_SESSIONS_EVERY
from .http.openid_checks import session_checks
from .http.pages import SecurityHeaders
from .identity.issuers import Issuers
from .identity.tokens import Tokens
from .listening.broadcasts import Broadcasts
from .listening.mix_requests import MixRequests
from .postgres.lease import new_node_id
from .postgres.listener import Listener
from .postgres.pools import Database, opened
from .push.sender import Pushes
from .relay import metrics
from .relay.metrics import Metrics
from .relay.periodic import every
from .relay.relay import Relay, running_relay
from .rows.catalogue import Catalogue, open_catalogue
from .settings import Settings
from .supervision import Stop, Supervisor, starting
from .transports import routes
from .transports.long_lived import CHECK_EVERY, LongLived
from .transports.stream_counts import StreamCounts
from .transports.websocket import routes as socket_routes

if TYPE_CHECKING:
    from .bus.listener import BusListener

T = TypeVar("T")

log = logging.getLogger(__name__)

START_WITHIN: Final = 45.0
"""Seconds. Every wait for the database has a limit of its own, but there are several."""


class State(TypedDict):
    """What every request finds at `request.state`."""

    settings: Settings
    database: Database
    tokens: Tokens
    issuers: Issuers
    rows: Catalogue
    listener: Listener
    relay: Relay
    broadcasts: Broadcasts
    pushes: Pushes | None
    tasks: Supervisor
    metrics: Metrics
    streams: StreamCounts
    connections: OpenConnections
    openapi: openapi.Document


def create_app(settings: Settings, database_url: str, stop: Stop | None = None) -> Starlette:
    """A relay on this database (a libpq connection string); it runs while its lifespan does.

    `stop` is the end of its process: requested there, its streams end; it is requested when a failed background task is not started again.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[State]:
        async with contextlib.AsyncExitStack() as running:
            async with starting(stop, within=START_WITHIN):
                own = Database(database_url, node=new_node_id("relay"), settings=settings)
                database = await running.enter_async_context(opened(own))
                async with database.starting():
                    state = await _start(running, settings, database, stop)
            yield state

    return Starlette(
        routes=[
            *session.routes,
            *access_tokens.routes,
            *openid.routes,
            *(_passkey_routes() if settings.sign_in == "passkeys" else ()),
            *rows.routes,
            *routes.routes,
            *socket_routes,
            *turn.routes,
            *whip.routes,
            *listen.routes,
            *recordings.routes,
            *recording_captions.routes,
            *calendars.routes,
            *health.routes,
            *metrics.routes,
            *openapi.routes,
            *pages.routes,
        ],
        middleware=[
            *request_record.middleware,
            *root_path.middleware(settings),
            Middleware(SecurityHeaders),
            *allowed_origins.middleware(settings),
            *whip_cors.middleware,
            *subjects.middleware(settings),
            *limits.middleware(settings),
            *origin.middleware(settings),
            *timing.middleware(settings),
        ],
        exception_handlers=problem.exception_handlers,
        lifespan=lifespan,
    )


def _passkey_routes() -> list[BaseRoute]:
    """Read only where they are wanted: the library takes 5 MB, and 0.2 s of the start."""
    from .http import passkeys

    return passkeys.routes


async def _start(
    running: contextlib.AsyncExitStack, settings: Settings, database: Database, stop: Stop | None
) -> State:
    """Start the relay on `running`, whose end ends it."""
    secret = settings.jwt_secret
    if not secret:
        secret = await _patiently(partial(_shared_secret, database, "jwt"))
    tokens = Tokens.from_settings(settings, secret)
    tasks = Supervisor(on_fatal=None if stop is None else stop.fail)
    listener, bus = _listeners(settings, database)
    relay = await running.enter_async_context(
        running_relay(database, listener, settings, tasks, bus)
    )
    read_key = None if settings.jwt_secret else partial(_read_key_again, tokens, database)
    reconnect = partial(listener.reconnect_when, relay.presence.restored, read_key)
    tasks.keep(reconnect, "restored database")
    if tokens.jwks is not None:
        tasks.keep(tokens.jwks.run, "signing keys")
    relay.metrics.show_ready(lambda: health.unready(relay, listener, tasks, tokens.jwks) is None)
    issuers = Issuers(settings.issuers)
    issuers.start(tasks)
    for each in session_checks(issuers, database, tokens):
        tasks.keep(
            partial(every, CHECK_SESSIONS_EVERY, each.check_sessions), f"sessions of {each.name}"
        )
    requests = MixRequests(database, settings.mix_address)
    broadcasts = Broadcasts(requests, relay, tasks, settings.broadcast_listeners)
    tasks.once(broadcasts.end_all(), "end of broadcasts")
    pushes = None
    if settings.push:
        pushes = Pushes(database, settings, partial(_shared_secret, database, "push"), tasks)
        tasks.keep(pushes.run, "pushes")
    if stop is not None:
        tasks.once(_end_streams(stop, relay), "end of streams")
    streams = StreamCounts(settings.streams_per_user)
    tasks.keep(partial(every, CHECK_EVERY, LongLived(streams).settle), "garbage collection")
    return State(
        settings=settings,
        database=database,
        tokens=tokens,
        issuers=issuers,
        rows=await _patiently(partial(open_catalogue, database)),
        listener=listener,
        relay=relay,
        broadcasts=broadcasts,
        pushes=pushes,
        tasks=tasks,
        metrics=relay.metrics,
        streams=streams,
        connections=OpenConnections(streams, relay.metrics),
        openapi=openapi.Document(
            database, settings.root_path, with_passkeys=settings.sign_in == "passkeys"
        ),
    )


def _listeners(settings: Settings, database: Database) -> tuple[Listener, BusListener | None]:
    """The listener of a relay, and the same again if it has a bus."""
    address = BusAddress.of(settings)
    if address is None:
        return Listener(database.url), None
    from .bus.listener import BusListener

    bus = BusListener(database.url, address, database.relay)
    return bus, bus


async def _patiently(read: Callable[[], Awaitable[T]]) -> T:
    """What is read at the start, also from a database that is slower than a statement may be, as one that has just started."""
    while True:
        try:
            return await read()
        except (QueryCanceled, LockNotAvailable) as error:
            log.warning("the database is slow, so it is asked again: %s", str(error).strip())


async def _end_streams(stop: Stop, relay: Relay) -> None:
    await stop.requested.wait()
    relay.stop_streams()


async def _read_key_again(tokens: Tokens, database: Database) -> None:
    tokens.replace_secret(await _shared_secret(database, "jwt"))


async def _shared_secret(database: Database, name: str) -> str:
    async with database.relay() as connection:
        answer = await connection.execute("select roomtone.relay_secret(%s)", (name,))
        row = await answer.fetchone()
    assert row is not None
    return str(row[0])

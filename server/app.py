"""The application: what lives for as long as a relay runs, and the routes in the order of the flow."""

from __future__ import annotations

import contextlib
import os
import socket
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TypedDict

from starlette.applications import Starlette
from starlette.middleware import Middleware

from . import problem, rows
from .http import health, limits, openapi, origin, pages, recordings, session, timing, turn, whip
from .http.pages import SecurityHeaders
from .identity.tokens import Tokens
from .postgres.listener import Listener
from .postgres.pools import Database
from .relay import metrics
from .relay.hallway import Hallway
from .relay.housekeeping import Housekeeping
from .relay.invitations import Invitations
from .relay.metrics import Metrics
from .relay.presence import Presence
from .relay.reaper import Reaper
from .relay.recording_files import Shelf
from .relay.relay import Relay
from .relay.revocations import SignedOut
from .rows.catalogue import Catalogue, open_catalogue
from .settings import Settings
from .supervision import Supervisor
from .transports import routes
from .transports.websocket import routes as socket_routes
from .types import NodeId


class State(TypedDict):
    """What every request finds at `request.state`."""

    settings: Settings
    database: Database
    tokens: Tokens
    rows: Catalogue
    relay: Relay
    presence: Presence
    tasks: Supervisor
    metrics: Metrics
    streams: Counter[str]
    openapi: openapi.Document


def new_node() -> NodeId:
    """A name for this run of this process: where it runs, and something nobody else has."""
    return NodeId(f"{socket.gethostname()[:40]}-{os.getpid()}-{uuid.uuid4().hex[:8]}")


def create_app(settings: Settings, database_url: str) -> Starlette:
    """A relay on this database (a libpq connection string); it runs while its lifespan does."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[State]:
        database = Database(database_url, node=new_node(), settings=settings)
        try:
            await database.open()
            secret = settings.jwt_secret or await _shared_secret(database)
            tokens = Tokens.from_settings(settings, secret)
            counted = Metrics()
            counted.count_database(database.counted)
            hallway = Hallway(database)
            invitations = Invitations(database)
            hallway.ended = invitations.room_ended
            signed_out = SignedOut(database)
            presence = Presence(
                database, grace=settings.grace, address=f"{settings.host}:{settings.port}"
            )
            listener = Listener(database_url)
            keep = settings.recordings_days and timedelta(days=settings.recordings_days)
            shelf = Shelf(database, settings.recordings, keep or None)
            relay = Relay(
                database, listener, hallway, invitations, signed_out, presence, shelf, counted
            )
            housekeeping = Housekeeping(database, listener, hallway, counted)
            app.state.end_streams = relay.stop_streams
            tasks = Supervisor()
            tasks.on_fatal = getattr(app.state, "end_process", None)
            counted.count_failures(tasks, listener.parser)
            reaper = Reaper(database, presence, grace=settings.grace)
            for each in (relay, presence, reaper, housekeeping, shelf):
                each.start(tasks)
            tasks.keep(hallway.run, "hallway")
            tasks.keep(invitations.run, "invitations")
            tasks.keep(signed_out.run, "revoked tokens")
            if tokens.jwks is not None:
                tasks.keep(tokens.jwks.run, "signing keys")
            try:
                yield State(
                    settings=settings,
                    database=database,
                    tokens=tokens,
                    rows=await open_catalogue(database),
                    relay=relay,
                    presence=presence,
                    tasks=tasks,
                    metrics=counted,
                    streams=Counter(),
                    openapi=openapi.Document(database),
                )
            finally:
                relay.stop_streams()
                await tasks.close()
                await presence.end()
        finally:
            await database.close()

    return Starlette(
        routes=[
            *session.routes,
            *rows.routes,
            *routes.routes,
            *socket_routes,
            *turn.routes,
            *whip.routes,
            *recordings.routes,
            *health.routes,
            *metrics.routes,
            *openapi.routes,
            *pages.routes,
        ],
        middleware=[
            Middleware(SecurityHeaders),
            *limits.middleware(settings),
            *origin.middleware(settings),
            *timing.middleware(settings),
        ],
        exception_handlers=problem.exception_handlers,
        lifespan=lifespan,
    )


async def _shared_secret(database: Database) -> str:
    async with database.relay() as connection:
        answer = await connection.execute("select roomtone.relay_secret('jwt')")
        row = await answer.fetchone()
    assert row is not None
    return str(row[0])

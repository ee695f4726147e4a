"""`/live`: this process answers. `/ready`: what is written reaches those who follow."""

from __future__ import annotations

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from .problem import Problem
from .resource import resource


async def live(request: Request) -> Response:
    return JSONResponse({"live": True})


async def ready(request: Request) -> Response:
    if request.state.relay.stopping.is_set():
        raise Problem(503, "57P01", "this relay is stopping")
    if not request.state.relay.ready:
        raise Problem(503, "08006", "the bell is not heard: LISTEN is not in force")
    try:
        async with request.state.database.relay() as connection:
            await connection.execute("select 1")
    except psycopg.Error:
        raise Problem(503, "08006", "the database does not answer") from None
    return JSONResponse({"ready": True})


routes: list[BaseRoute] = [resource("/live", get=live), resource("/ready", get=ready)]

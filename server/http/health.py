"""`/live`: this process answers. `/ready`: what is written reaches the subscribers."""

from __future__ import annotations

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from ..problem import Problem, problem_from_database
from ..read_only import DatabaseIsReadOnly
from ..resource import resource


async def live(request: Request) -> Response:
    if (fatal := request.state.tasks.fatal) is not None:
        raise Problem(503, "57P01", f"this process is stopping: its task {fatal} failed")
    return JSONResponse({"live": True})


async def ready(request: Request) -> Response:
    if request.state.relay.stopping.is_set():
        raise Problem(503, "57P01", "this relay is stopping")
    if request.state.listener.read_only:
        raise problem_from_database(DatabaseIsReadOnly())
    if not request.state.listener.listening:
        raise Problem(503, "08006", "notifications do not arrive: LISTEN is not in force")
    if failing := request.state.tasks.failing:
        raise Problem(503, "08006", f"these tasks do not run: {', '.join(failing)}")
    if not request.state.relay.hallway.filled.is_set():
        raise Problem(503, "08006", "the hallway has not been read yet")
    jwks = request.state.tokens.jwks
    if jwks is not None and not jwks.known:
        raise Problem(503, "08006", "the issuer's signing keys could not be read yet")
    try:
        await request.state.database.ping()
    except DatabaseIsReadOnly as error:
        raise problem_from_database(error) from None
    except psycopg.Error:
        raise Problem(503, "08006", "the database does not answer") from None
    return JSONResponse({"ready": True})


routes: list[BaseRoute] = [resource("/live", get=live), resource("/ready", get=ready)]

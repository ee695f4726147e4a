"""`/live`: this process answers. `/ready`: what is written reaches the subscribers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from ..problem import Problem, problem_from_database
from ..read_only import DatabaseIsReadOnly
from ..resource import resource

if TYPE_CHECKING:
    from ..identity.jwks import Jwks
    from ..postgres.listener import Listener
    from ..relay.relay import Relay
    from ..supervision import Supervisor


async def live(request: Request) -> Response:
    if (fatal := request.state.tasks.fatal) is not None:
        raise Problem(503, "57P01", f"this process is stopping: its task {fatal} failed")
    return JSONResponse({"live": True})


def unready(
    relay: Relay, listener: Listener, tasks: Supervisor, jwks: Jwks | None
) -> Problem | None:
    """What keeps events from reaching the subscribers, as far as is known without asking the database."""
    if relay.stopping.is_set():
        return Problem(503, "57P01", "this relay is stopping")
    if listener.read_only:
        return problem_from_database(DatabaseIsReadOnly())
    if not listener.listening:
        return Problem(503, "08006", "notifications do not arrive: LISTEN is not in force")
    if failing := tasks.failing:
        return Problem(503, "08006", f"these tasks do not run: {', '.join(failing)}")
    if not relay.hallway.filled.is_set():
        return Problem(503, "08006", "the hallway has not been read yet")
    if jwks is not None and not jwks.known:
        return Problem(503, "08006", "the issuer's signing keys could not be read yet")
    return None


async def ready(request: Request) -> Response:
    state = request.state
    problem = unready(state.relay, state.listener, state.tasks, state.tokens.jwks)
    if problem is not None:
        raise problem
    try:
        await request.state.database.ping()
    except DatabaseIsReadOnly as error:
        raise problem_from_database(error) from None
    except psycopg.Error:
        raise Problem(503, "08006", "the database does not answer") from None
    return JSONResponse({"ready": True})


routes: list[BaseRoute] = [resource("/live", get=live), resource("/ready", get=ready)]

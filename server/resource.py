"""A path and what each method does there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Handler = Callable[[Request], Awaitable[Response]]


def resource(path: str, **methods: Handler) -> Route:
    """A route that answers every method on `path`: HEAD as GET, those not given with 405.

    A plain Route leaves a method it lacks to the routes after it, and our last one takes any path.
    """
    handlers = {method: staticmethod(handler) for method, handler in methods.items()}
    return Route(path, type("Resource", (HTTPEndpoint,), handlers))

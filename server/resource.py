"""A path and its methods, and its address below the path that a proxy adds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.convertors import Convertor, register_url_convertor
from starlette.endpoints import HTTPEndpoint
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope


def route_path(scope: Scope) -> str:
    """The path of this request as the routes name it: `/rooms/7` also where the address is `/talk/rooms/7`."""
    return str(scope["path"].removeprefix(scope.get("root_path", "")))


def public_path(connection: HTTPConnection, path: str) -> str:
    """The address of this route on the relay's host: below `--root-path`."""
    return f"{connection.scope.get('root_path', '')}{path}"


PRIVATE: Final = {"Cache-Control": "no-store"}
"""Headers of an answer that is for one user: nothing on the way keeps it."""

Handler = Callable[[Request], Awaitable[Response]]


class IdConvertor(Convertor[int]):
    """`{room_id:id}`: a whole number. Python converts no more than 4,300 digits, and no id has even 40."""

    regex = "[0-9]{1,40}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("id", IdConvertor())


def resource(path: str, *, otherwise: Handler | None = None, **methods: Handler) -> Route:
    """A route that answers every method on `path`: HEAD like GET, methods without a handler by `otherwise`, or with 405.

    A plain Route would leave such a method to the routes after it, and the last route takes any path.
    """
    if "get" in methods:
        methods.setdefault("head", methods["get"])  # so that it is in `Allow`
    if otherwise is not None:
        methods["method_not_allowed"] = otherwise
    handlers: dict[str, Any] = {
        method: staticmethod(handler) for method, handler in methods.items()
    }
    return Route(path, type("Resource", (HTTPEndpoint,), {"route": path, **handlers}))

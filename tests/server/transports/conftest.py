"""Every test of a stream runs on both paths: written to the client's transport directly, and through plain ASGI.

A file about polls, which are answered in one way, has a `path` of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from roomtone.app import create_app
from roomtone.transports.direct import EXTENSION

from ... import running


class WithoutTransport:
    """The application on a server that offers no transport."""

    def __init__(self, *arguments: Any) -> None:
        self._app = create_app(*arguments)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope.get("extensions", {}).pop(EXTENSION, None)
        await self._app(scope, receive, send)


@pytest.fixture(params=["direct", "asgi"], autouse=True, scope="module")
def path(request: pytest.FixtureRequest) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "asgi":
            patch.setattr(running, "create_app", WithoutTransport)
        yield str(request.param)


@pytest.fixture(scope="module")
def relay_settings(path: str) -> dict[str, Any]:
    """A relay that is shared is of one of the paths."""
    return {}

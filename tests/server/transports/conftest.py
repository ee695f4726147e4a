"""Every test of a stream runs on both paths: written to the client's transport directly, and through plain ASGI."""

from __future__ import annotations

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


@pytest.fixture(params=["direct", "asgi"], autouse=True)
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "asgi":
        monkeypatch.setattr(running, "create_app", WithoutTransport)
    return str(request.param)

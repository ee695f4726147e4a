"""Server-Sent Events (HTML standard, 9.2): the room's log and the hallway on one stream, pushed as they commit."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ..log.frame import Frame
from .asgi_outlets import AsgiStream
from .direct import DirectStream, UnchunkedStream, offered
from .following import RETRY
from .sse_response import HEADERS
from .subscription import Subscription


class EventStream(Response):
    """The response. Its application returns at once where the client's transport can be written to directly.

    Otherwise it ends when either side does. The subscription is closed when the stream has ended.
    """

    def __init__(self, subscription: Subscription, first: list[Frame]) -> None:
        super().__init__()
        head, *rest = first
        self._subscription = subscription
        self._first = [Frame(head.event, head.data, head.cursor, RETRY), *rest]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        served_on = False
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            transport = offered(scope)
            if transport is not None and transport.take(self._subscription):
                served_on = True
                kind = UnchunkedStream if scope["http_version"] == "1.0" else DirectStream
                self._subscription.begin(kind(transport, self._subscription), self._first)
            else:
                await AsgiStream(self._subscription, send).serve(receive, self._first)
        finally:
            if not served_on:
                self._subscription.close()

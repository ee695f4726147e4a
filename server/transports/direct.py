"""Streams that are written to the client's transport directly, past ASGI, where the server offers it.

`http/uvicorn_internals/` offers it in the extensions of the ASGI scope. Its write never waits and runs no task: the transport
has the buffer, and says when it is too full. Where nothing is offered (another server, HTTP/2), `asgi_outlets.py` serves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from ..log.framing import Framing, chunk, chunked_event_stream, event_stream
from .following import StreamEnded
from .sse_response import CUT_OFF_AFTER, STILL_HERE
from .subscription import Subscription

EXTENSION: Final = "roomtone.transport"
"""The name in the scope's extensions."""


class TransportUser(Protocol):
    """Who writes to a transport: its calls, by the transport, when that is full, has place again, or is closed."""

    def pause(self) -> None:
        """More is buffered than should be."""

    def advance(self) -> None:
        """Enough of it was sent."""

    def close(self) -> None:
        """The connection is closed."""


class OfferedTransport(Protocol):
    """One client's transport: `write` takes bytes as they are on the wire."""

    @property
    def write(self) -> Callable[[bytes], object]: ...

    @property
    def paused(self) -> bool: ...

    @property
    def closing(self) -> bool:
        """Whether the connection is closed, or about to be: uvloop's transport then refuses to be written to."""

    def take(self, user: TransportUser) -> bool:
        """Write to it from now on, after the head of the response was sent; false if that is not possible (any more)."""

    def finish(self, last: bytes) -> None:
        """Write this, and complete the response."""

    def abort(self) -> None:
        """Close the connection, whatever is buffered."""


def offered(scope: Mapping[str, Any]) -> OfferedTransport | None:
    transport: OfferedTransport | None = (scope.get("extensions") or {}).get(EXTENSION)
    return transport


class DirectOutlet:
    """What is written for one subscription, as bytes on the wire."""

    __slots__ = ("_subscription", "_transport", "write")

    def __init__(self, transport: OfferedTransport, subscription: Subscription) -> None:
        self._transport = transport
        self._subscription = subscription
        self.write = transport.write

    @property
    def paused(self) -> bool:
        return self._transport.paused

    def cut(self) -> None:
        self._transport.abort()

    def failed(self) -> None:
        self._subscription.failed()


class DirectStream(DirectOutlet):
    """An event stream in the chunked transfer coding."""

    __slots__ = ()

    framing: Framing = staticmethod(chunked_event_stream)
    still_here = chunk(STILL_HERE)
    cut_off_after = CUT_OFF_AFTER

    def end(self, end: StreamEnded) -> None:
        self._transport.finish(self.framing([end.frame()]))


class UnchunkedStream(DirectStream):
    """An event stream for HTTP/1.0, which has no transfer codings: it ends with its connection."""

    __slots__ = ()

    framing: Framing = staticmethod(event_stream)
    still_here = STILL_HERE

"""How the techniques are called and shown."""

from __future__ import annotations

from typing import Final

from ...tools.chart import Series
from .plan import Technique

SERIES: Final[dict[Technique, Series]] = {
    "sse": Series("push (SSE)", "circle"),
    "polling": Series("polling", "square"),
    "long-polling": Series("long-polling", "triangle"),
    "websocket": Series("WebSocket", "diamond"),
}

EXPLAINED: Final[dict[Technique, str]] = {
    "sse": (
        "Database-driven push. One request, whose response never ends. A write fires a trigger, the trigger"
        " appends to the room’s log and notifies the relay, which reads the log once and writes the event to"
        " every follower."
    ),
    "polling": (
        "The follower requests again and again, whether anything happened or not. Each time that is a request with"
        " all its headers and a few transactions, however quiet the room is; and the answer is late by half"
        " the interval."
    ),
    "long-polling": (
        "The follower requests, and the relay answers when there is something. As quick as push; but every event"
        " costs every follower a request, and the transactions that go with it."
    ),
    "websocket": (
        "One handshake, then messages either way. The article’s server inserts the row and tells its own"
        " sockets at once; here it reads the log at once instead of waiting for the notification."
    ),
}

"""`GET /rooms/{id}/listen`: the sound of a room that its host lets anybody hear, without a seat and without signing in.

A stream of Ogg/Opus for as long as it is read, and a playlist beside it (`listen.m3u8`, HLS), whose segments a cache can keep. The
database is asked as the anonymous user for every request. Pages of any origin may play both.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Message, Receive, Scope, Send

from ..formats.ogg_stream import OggStream
from ..identity.tokens import subject_of
from ..listening.broadcast import Broadcast
from ..listening.listener import Listener
from ..problem import Problem
from ..resource import resource
from ..supervision import first_of
from ..transports.routes import room_of

OGG: Final = "audio/ogg"
PLAYLIST: Final = "application/vnd.apple.mpegurl"  # RFC 8216, 10
SEGMENT: Final = "audio/mp4"
FILE: Final = re.compile(r"init\.mp4|[0-9]{1,9}\.m4s", re.ASCII)
STREAM_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
FOR_A_SECOND: Final = {"Cache-Control": "public, max-age=1"}
FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


async def listen(request: Request) -> Response:
    broadcasts, streams = request.state.broadcasts, request.state.streams
    if request.method == "HEAD":
        await broadcasts.require(room_of(request))
        response = Response(None, headers=STREAM_HEADERS, media_type=OGG)
        del response.headers["content-length"]
        return response
    broadcast = await broadcasts.heard(room_of(request))
    broadcasts.require_place(broadcast)
    return OggResponse(broadcast, streams.counting(subject_of(request)))


class OggResponse(Response):
    """The stream, until the client or the room ends it."""

    media_type = OGG

    def __init__(self, broadcast: Broadcast, counted: AbstractContextManager[None]) -> None:
        super().__init__(headers=STREAM_HEADERS)
        del self.headers["content-length"]
        self._broadcast = broadcast
        self._counted = counted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._counted, self._broadcast.listening() as listener:
            await first_of(
                sent_audio=self._send(listener, send), disconnection=_disconnected(receive)
            )

    async def _send(self, listener: Listener, send: Send) -> None:
        stream = OggStream()
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send(_body(stream.head()))
        while (frames := await listener.take()) is not None:
            await send(_body(stream.pages(frames)))
        await send(_body(stream.end(), more=False))


def _body(data: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def playlist(request: Request) -> Response:
    if request.state.settings.workers > 1:
        raise Problem(
            409,
            "55000",
            "this relay has several processes, and a playlist needs one that has all its segments",
            hint="Its operator can start relays on ports of their own instead of --workers (docs/listening.md). /rooms/{id}/listen works.",
            rule="broadcast_playlist_has_one_process",
        )
    if request.method == "HEAD":
        await request.state.broadcasts.require(room_of(request))
        return Response(None, headers=FOR_A_SECOND, media_type=PLAYLIST)
    broadcast = await request.state.broadcasts.heard(room_of(request))
    text = await broadcast.segments.playlist("listen")
    if text is None:
        raise Problem(
            503,
            "53400",
            "this room's sound was not ready in time",
            hint="Try again in a moment.",
            rule="broadcast_playlist_is_ready",
        )
    return Response(text, headers=FOR_A_SECOND, media_type=PLAYLIST)


async def segment(request: Request) -> Response:
    broadcast = request.state.broadcasts.running(room_of(request))
    name, file = request.path_params["name"], request.path_params["file"]
    found = broadcast.segments.file(name, file) if broadcast and FILE.fullmatch(file) else None
    if found is None:
        raise Problem(
            404,
            "P0002",
            "this segment is not kept any more",
            hint="Read the playlist again: listen.m3u8.",
            rule="broadcast_segments_are_recent",
        )
    return Response(found, headers=FOR_EVER, media_type=SEGMENT)


routes: list[BaseRoute] = [
    resource("/rooms/{room_id:id}/listen", get=listen),
    resource("/rooms/{room_id:id}/listen.m3u8", get=playlist),
    resource("/rooms/{room_id:id}/listen/{name}/{file}", get=segment),
]

"""`GET /recordings/{id}`: the audio of a recording; for a browser that opens the address, the page that plays it.

The database decides at every request who may receive it. An `<audio>` element sends no bearer token, so
`GET /recordings/{id}/link` answers an address with a ticket, which is valid for this recording and some hours.

Starlette's FileResponse does not fit: of a file that grows it sends more bytes than it announced, and its
416 is not a problem (docs/libraries.md).
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute

from ..identity.claims import BIGINT_MAX
from ..identity.tickets import claims_of_ticket, ticket
from ..identity.tokens import claims_of
from ..negotiation import accepts, has_version, qualities
from ..problem import Problem
from ..resource import public_path, resource
from ..types import Claims
from .pages import page

AUDIO: Final = "audio/ogg"
TICKET_LASTS: Final = timedelta(hours=6)
CHUNK_SIZE: Final = 65_536  # bytes read at a time
ONE_RANGE: Final = re.compile(r"bytes=(\d{1,18})?-(\d{1,18})?", re.ASCII)


async def recording(request: Request) -> Response:
    if qualities(request.headers).get("text/html"):
        html = await page(request)
        html.headers["Vary"] = "Accept, Accept-Encoding"
        return html
    if not any(accepts(request.headers, kind) for kind in (AUDIO, "application/ogg")):
        raise Problem(406, "PGRST107", f"a recording is {AUDIO}, which you do not accept")
    name, path = await _file_of(request)
    return await _audio(request, name, path)


async def link(request: Request) -> Response:
    """`{"url", "expires_at"}`: the address for an `<audio>` element."""
    await _file_of(request)
    claims = claims_of(request)
    number = request.path_params["recording_id"]
    expires = datetime.now(UTC) + TICKET_LASTS
    address = ticket(request.state.tokens, claims, f"/recordings/{number}", expires)
    return JSONResponse(
        {
            "url": public_path(request, f"/recordings/{number}?ticket={address}"),
            "expires_at": expires.isoformat(),
        },
        headers={"Cache-Control": "no-store"},
    )


def claims_for_recording(request: Request) -> Claims:
    """Who asks: by the ticket in the address, or else as for any request."""
    sent = request.query_params.get("ticket")
    if sent is None:
        return claims_of(request)
    claims: Claims = claims_of_ticket(
        request.state.tokens, sent, f"/recordings/{request.path_params['recording_id']}"
    )
    return claims


async def _file_of(request: Request) -> tuple[str, Path]:
    """Its name for downloads and its path, if the user may hear it. Raises Problem, psycopg errors."""
    claims = claims_for_recording(request)
    if not claims:
        raise Problem(401, "42501", "sign in: a recording is for the participants of its room")
    number = request.path_params["recording_id"]
    if number > BIGINT_MAX:
        raise unknown()
    async with request.state.database.acting(claims, read_only=True) as connection:
        answer = await connection.execute(
            "select r.file, to_char(r.announced_at at time zone 'UTC', 'YYYY-MM-DD-HH24MI')"
            " from roomtone.require_recording(%s) r",
            (number,),
        )
        row = await answer.fetchone()
    if row is None:
        raise unknown()
    return f"roomtone-{row[1]}.ogg", request.state.settings.recordings / Path(row[0]).name


def unknown() -> Problem:
    return Problem(404, "P0002", "there is no recording with this id", rule="recordings_is_known")


async def _audio(request: Request, name: str, path: Path) -> Response:
    try:
        stat = await asyncio.to_thread(os.stat, path)
    except OSError:
        raise Problem(
            404,
            "P0002",
            "the file of this recording is not on this machine",
            hint="It may not have begun yet, or be on another machine.",
            rule="recordings_have_a_file",
        ) from None
    size = stat.st_size
    # The file grows while the room is recorded. Otherwise it never changes.
    etag = f'"{stat.st_mtime_ns:x}-{size:x}"'
    changed = format_datetime(datetime.fromtimestamp(int(stat.st_mtime), UTC), usegmt=True)
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Last-Modified": changed,
        # Browsers ask again each time, so a deletion or a lost right takes effect at once.
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Authorization, Cookie",
        "Content-Disposition": f'inline; filename="{name}"',
    }
    if has_version(request.headers, etag):
        return Response(status_code=304, headers=headers)
    byte_range = None
    if request.headers.get("if-range", etag) in (etag, changed):
        byte_range = _range(request.headers.get("range", ""), size)
    first, last = byte_range or (0, size - 1)
    if byte_range is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    headers["Content-Length"] = str(last - first + 1)
    status = 200 if byte_range is None else 206
    if request.method == "HEAD":
        return Response(None, status, headers, AUDIO)
    return StreamingResponse(_chunks(path, first, last), status, headers, AUDIO)


def _range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of the one requested range; None for the whole file (RFC 9110, 14.2). Raises Problem 416."""
    found = ONE_RANGE.fullmatch(header.strip())
    if found is None or found.groups() == (None, None):
        return (
            None  # several ranges, or an invalid one: RFC 9110 allows to answer with the whole file
        )
    if found[1] is None:
        first, last = max(0, size - int(found[2])), size - 1
    else:
        first, last = int(found[1]), min(size - 1, int(found[2] or size))
        if found[2] is not None and int(found[2]) < first:
            return None
    if first >= size or first > last:
        raise Problem(
            416,
            "PGRST103",
            f"the recording has {size} bytes",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return first, last


async def _chunks(path: Path, first: int, last: int) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        await asyncio.to_thread(file.seek, first)
        left = last - first + 1
        while left and (chunk := await asyncio.to_thread(file.read, min(CHUNK_SIZE, left))):
            left -= len(chunk)
            yield chunk
    finally:
        file.close()


routes: list[BaseRoute] = [
    resource("/recordings/{recording_id:id}", get=recording),
    resource("/recordings/{recording_id:id}/link", get=link),
]

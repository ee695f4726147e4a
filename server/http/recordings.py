"""`GET /recordings/{id}`: the sound of a recording, for those who were there; for a browser's visitor the page around it.

Who may hear it the database decides, at every request. An `<audio>` element sends no bearer token, so `GET /recordings/{id}/link`
gives whoever may hear it an address with a ticket in it: good for this recording, for some hours, and for nothing else.
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

from ..identity.tokens import claims_of
from ..problem import Problem
from ..resource import resource
from ..types import Claims
from .pages import page

SOUND: Final = "audio/ogg"
TICKET_LASTS: Final = timedelta(hours=6)
PIECE: Final = 65_536  # bytes read at a time
ID_MAX: Final = 2**63 - 1
ONE_RANGE: Final = re.compile(r"bytes=(\d{1,18})?-(\d{1,18})?", re.ASCII)


async def recording(request: Request) -> Response:
    accepted = request.headers.get("accept", "*/*").lower()
    if "text/html" in accepted:
        shown = await page(request)
        shown.headers["Vary"] = "Accept, Accept-Encoding"
        return shown
    kinds = {each.partition(";")[0].strip() for each in accepted.split(",")}
    if not kinds & {SOUND, "application/ogg", "audio/*", "*/*", ""}:
        raise Problem(406, "PGRST107", f"a recording is {SOUND}, which you do not accept")
    name, path = await _file_of(request)
    return await _sound(request, name, path)


async def link(request: Request) -> Response:
    """`{"url", "expires_at"}`: where an `<audio>` element finds the sound."""
    await _file_of(request)
    claims = claims_of(request)
    number = request.path_params["recording_id"]
    expires = datetime.now(UTC) + TICKET_LASTS
    ticket = request.state.tokens.ticket(claims, f"/recordings/{number}", expires)
    return JSONResponse(
        {"url": f"/recordings/{number}?ticket={ticket}", "expires_at": expires.isoformat()},
        headers={"Cache-Control": "no-store"},
    )


def _claims(request: Request) -> Claims:
    ticket = request.query_params.get("ticket")
    if ticket is None:
        return claims_of(request)
    opened: Claims = request.state.tokens.claims_of_ticket(
        ticket, f"/recordings/{request.path_params['recording_id']}"
    )
    return opened


async def _file_of(request: Request) -> tuple[str, Path]:
    """What to call it and where it lies, if whoever asks may hear it. Raises Problem, psycopg errors."""
    claims = _claims(request)
    if not claims:
        raise Problem(401, "42501", "sign in: a recording is for those who were there")
    number = request.path_params["recording_id"]
    if number > ID_MAX:
        raise _unknown()
    async with request.state.database.acting(claims, read_only=True) as connection:
        answer = await connection.execute(
            "select r.file, to_char(r.announced_at at time zone 'UTC', 'YYYY-MM-DD-HH24MI')"
            " from roomtone.require_recording(%s) r",
            (number,),
        )
        row = await answer.fetchone()
    if row is None:
        raise _unknown()
    return f"roomtone-{row[1]}.ogg", request.state.settings.recordings / Path(row[0]).name


def _unknown() -> Problem:
    return Problem(404, "P0002", "there is no such recording", rule="recordings_is_known")


async def _sound(request: Request, name: str, path: Path) -> Response:
    try:
        found = await asyncio.to_thread(os.stat, path)
    except OSError:
        raise Problem(
            404,
            "P0002",
            "the sound of this recording is not here",
            hint="It may not have begun yet, or lie on another machine.",
            rule="recordings_have_a_file",
        ) from None
    size = found.st_size
    # It grows while it runs, and never changes otherwise.
    etag = f'"{found.st_mtime_ns:x}-{size:x}"'
    changed = format_datetime(datetime.fromtimestamp(int(found.st_mtime), UTC), usegmt=True)
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Last-Modified": changed,
        # Asked for again each time: whoever deletes it, or may not hear it any more, is obeyed.
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Authorization, Cookie",
        "Content-Disposition": f'inline; filename="{name}"',
    }
    if etag in (each.strip() for each in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    wanted = None
    if request.headers.get("if-range", etag) in (etag, changed):
        wanted = _range(request.headers.get("range", ""), size)
    first, last = wanted or (0, size - 1)
    if wanted is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    headers["Content-Length"] = str(last - first + 1)
    status = 200 if wanted is None else 206
    if request.method == "HEAD":
        return Response(None, status, headers, SOUND)
    return StreamingResponse(_pieces(path, first, last), status, headers, SOUND)


def _range(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte of the one range that was asked for; None for all (RFC 9110, 14.2). Raises Problem 416."""
    found = ONE_RANGE.fullmatch(asked.strip())
    if found is None or found.groups() == (None, None):
        return None  # several ranges, or none that is one: the whole is an answer to any of them
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


async def _pieces(path: Path, first: int, last: int) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        await asyncio.to_thread(file.seek, first)
        left = last - first + 1
        while left and (piece := await asyncio.to_thread(file.read, min(PIECE, left))):
            left -= len(piece)
            yield piece
    finally:
        file.close()


routes: list[BaseRoute] = [
    resource("/recordings/{recording_id:id}", get=recording),
    resource("/recordings/{recording_id:id}/link", get=link),
]

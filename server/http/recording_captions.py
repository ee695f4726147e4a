"""`GET /recordings/{id}/captions`: the captions of a recording as WebVTT.

Made of the rows at each request, not kept as a file: a caption that is deleted is gone from it at once.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from ..formats.web_vtt import Cue, web_vtt
from ..identity.claims import BIGINT_MAX
from ..negotiation import accepts
from ..problem import Problem
from ..resource import resource
from .recordings import claims_for_recording, unknown

VTT: Final = "text/vtt"


async def captions(request: Request) -> Response:
    claims = claims_for_recording(request)
    if not claims:
        raise Problem(401, "42501", "sign in: a recording is for the participants of its room")
    if not accepts(request.headers, VTT):
        raise Problem(406, "PGRST107", f"captions are {VTT}, which you do not accept")
    number = request.path_params["recording_id"]
    if number > BIGINT_MAX:
        raise unknown()
    async with request.state.database.acting(claims, read_only=True) as connection:
        answer = await connection.execute(
            "select at, until, username, text from roomtone.recording_captions(%s)", (number,)
        )
        cues = [Cue(*row) for row in await answer.fetchall()]
    return Response(
        web_vtt(cues),
        media_type=VTT,
        headers={
            # Browsers ask again each time, so a deletion or a lost right takes effect at once.
            "Cache-Control": "private, no-cache",
            "Vary": "Accept, Authorization, Cookie",
            "Content-Disposition": f'inline; filename="roomtone-recording-{number}.vtt"',
        },
    )


routes: list[BaseRoute] = [resource("/recordings/{recording_id:id}/captions", get=captions)]

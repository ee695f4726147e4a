"""What a poll asks for in its query, and its place among the streams."""

from __future__ import annotations

import contextlib
import re
from typing import Final

from starlette.requests import Request

from ..identity.tokens import subject_of
from ..problem import Problem
from ..types import Cursor
from .cursors import cursor_of
from .stream_counts import StreamCounts

SECONDS: Final = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)  # Python reads more as a number
LONGEST_WAIT: Final = 60.0  # seconds; proxies end silent requests after about that time


def counted(request: Request, wait: float) -> contextlib.AbstractContextManager[None]:
    """The request counts as a stream in this block if it may wait. Raises Problem 429 and 503."""
    streams: StreamCounts = request.state.streams
    return streams.counting(subject_of(request)) if wait else contextlib.nullcontext()


def wait_of(request: Request) -> float:
    """The `wait` of the request, in seconds. Raises Problem PGRST100."""
    text = request.query_params.get("wait", "0")
    wait = float(text) if SECONDS.fullmatch(text) else -1.0
    if not 0 <= wait <= LONGEST_WAIT:
        raise Problem(
            400,
            "PGRST100",
            f"wait must be a number of seconds from 0 to {LONGEST_WAIT:g}",
            details=f"wait={text[:60]}",
            hint="For a longer wait, send the next request after the answer.",
        )
    return wait


def cursor_in(request: Request, name: str) -> Cursor | None:
    """The cursor in this parameter; None if it is empty or missing. Raises Problem PGRST100."""
    text = request.query_params.get(name)
    try:
        return cursor_of(text)
    except ValueError:
        raise Problem(
            400,
            "PGRST100",
            f"{name} is not a cursor",
            details=f"{name}={text[:60] if text else ''}",
            hint="A cursor looks like 1795397652999-17. Leave it out for a snapshot.",
        ) from None

"""Messages of the WebSocket: what a client may emit, acknowledgements, refusals."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from ..problem import Problem, log_text, problem_from_database, refusal
from ..rows.body import parse as parse_json

STILL_HERE: Final = '{"event":"still-here"}'
LONGEST_ID: Final = 100  # characters

Id = int | str | None

logger = logging.getLogger("roomtone.socket")


@dataclass(frozen=True)
class Message:
    """`{"event", "id", "data"}`: the acknowledgement has the same id."""

    event: str
    id: Id
    data: Any


def parse(text: str | None, *, limit: int) -> Message:
    """A client's message; `text` is None for a binary one. `limit` is in bytes. Raises Problem."""
    if text is None:
        raise refusal("PGRST102", "a message must be text, not bytes")
    body = text.encode()
    if len(body) > limit:
        raise Problem(
            413,
            "54000",
            f"the message is larger than {limit} bytes",
            rule="requests_body_is_small",
        )
    message = parse_json(body)
    if not isinstance(message, dict) or not isinstance(message.get("event"), str):
        raise refusal("PGRST102", 'a message must be {"event": "…", "id": …, "data": {…}}')
    message_id = message.get("id")
    if unknown := message.keys() - {"event", "id", "data"}:
        raise refusal("PGRST102", f"the message has an unknown field: {min(unknown)[:60]}")
    if not isinstance(message_id, Id) or len(str(message_id)) > LONGEST_ID:
        raise refusal(
            "PGRST102", f"an id must be a number or a text of at most {LONGEST_ID} characters"
        )
    return Message(message["event"], message_id, message.get("data", {}))


def acknowledgement(message_id: Id, data: str) -> str:
    """The answer to a message that was carried out. `data` is JSON text."""
    return f'{{"event":"ack","id":{json.dumps(message_id)},"data":{data}}}'


def refused(message_id: Id, problem: Problem) -> str:
    """The answer to a message that was refused."""
    return f'{{"event":"ack","id":{json.dumps(message_id)},"problem":{json.dumps(problem.body())}}}'


def too_many(per_second: float, wait: float) -> Problem:
    return Problem(
        429,
        "53400",
        f"more than {per_second:g} messages per second",
        hint=f"Try again in {wait:.2f} seconds.",
        rule="requests_are_not_too_many",
    )


def unknown_event(event: str, hint: str) -> Problem:
    return Problem(
        400,
        "PGRST102",
        f"there is no event {event[:60]!r} on this socket",
        hint=hint,
        rule="sockets_event_is_known",
    )


def problem_of(error: Problem | psycopg.Error, *, anonymous: bool) -> Problem:
    """The problem to answer with. A database error of status 500 or above is logged."""
    if isinstance(error, Problem):
        return error
    problem = problem_from_database(error, anonymous=anonymous)
    if problem.status >= 500:
        logger.error("socket: %s", log_text(error), extra={"cause": problem.code})
    return problem

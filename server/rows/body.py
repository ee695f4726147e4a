"""The body of a write: JSON, read only as far as a statement needs it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NoReturn

from starlette.requests import Request

from ..problem import Problem, refusal
from .prefer import check_content_type

_SURROGATE = re.compile(r"\\ud[89a-f]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Batch:
    """Objects with the same columns, which one statement inserts.

    `body` is a JSON array of `size` objects. Without `names` every column gets its default.
    """

    names: tuple[str, ...]
    body: str
    size: int


async def json_of(request: Request) -> tuple[Any, str]:
    """The parsed body, and its text. Raises Problem PGRST102, or 415 for another Content-Type than JSON."""
    check_content_type(request.headers)
    body = await request.body()
    return parse(body), body.decode("utf-8")


def parse(body: bytes) -> Any:
    """Parse JSON as strictly as RFC 8259 says. Raises Problem PGRST102."""
    if not body:
        raise refusal("PGRST102", "the body is empty, and must be JSON")
    try:
        text = body.decode("utf-8")
        value = json.loads(text, parse_constant=_no_constant)
        if _SURROGATE.search(text):  # a surrogate, or a pair of them, as an escape
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        return value
    except UnicodeEncodeError:
        raise refusal("PGRST102", "text may not contain half of a surrogate pair") from None
    except UnicodeDecodeError:
        raise refusal("PGRST102", "the body is not UTF-8") from None
    except json.JSONDecodeError as error:
        where = f"at character {error.pos + 1}: {error.msg}"
        raise refusal("PGRST102", "the body is not JSON", details=where) from None
    except RecursionError:
        raise refusal("PGRST102", "the body is nested too deeply") from None
    except ValueError as error:  # a whole number of more than 4,300 digits, or NaN
        raise refusal("PGRST102", "the body is not JSON", details=str(error)[:100]) from None


def an_object(value: Any) -> dict[str, Any]:
    """The one object a PATCH or a call takes. Raises Problem PGRST102."""
    if not isinstance(value, dict):
        raise refusal("PGRST102", f"the body must be a JSON object, not {_kind(value)}")
    return value


def an_object_of(value: Any, *known: str) -> dict[str, Any]:
    """The object that a request of ours takes, which has no other fields than these. Raises Problem PGRST102."""
    given = an_object(value)
    for name in given:
        if name not in known:
            raise refusal(
                "PGRST102",
                f"the body has an unknown field: {name[:60]}",
                hint=f"It may have {', '.join(known)}.",
            )
    return given


def objects(value: Any, *, at_most: int) -> list[dict[str, Any]]:
    """The one or many objects a POST takes. Raises Problem PGRST102, or 413 for too many."""
    items = value if isinstance(value, list) else [value]
    if len(items) > at_most:
        raise Problem(
            413,
            "54000",
            f"one request may write at most {at_most} rows, and this one has {len(items)}",
            hint="Send them in several requests.",
            rule="requests_rows_are_few",
        )
    for item in items:
        if not isinstance(item, dict):
            raise refusal(
                "PGRST102",
                f"the body must be a JSON object or an array of objects, but contains {_kind(item)}",
            )
    return items


def check_same_keys(items: Sequence[dict[str, Any]]) -> None:
    """Refuse objects with different keys, as PostgREST does without `columns`. Raises Problem PGRST102."""
    if any(item.keys() != items[0].keys() for item in items):
        raise refusal(
            "PGRST102",
            "all objects must have the same keys",
            hint="Or name the keys with columns=a,b; with Prefer: missing=default those that are missing get their default.",
        )


def batches(
    items: Sequence[dict[str, Any]],
    text: str,
    *,
    columns: tuple[str, ...] | None,
    missing_is_null: bool,
) -> Iterator[Batch]:
    """Group adjacent objects with the same columns, so that missing columns get their default.

    `text` is the body they were parsed from. If there is one batch, it is used unchanged.
    `columns` (from the query string) names the keys to use; with `missing_is_null` all of them
    are written, as null where an object lacks one. That is what PostgREST does.
    """
    if columns and missing_is_null:
        if items:
            yield _batch(columns, items, items, text)
        return
    wanted = None if columns is None else frozenset(columns)

    def names(item: dict[str, Any]) -> tuple[str, ...]:
        return tuple(sorted(key for key in item if wanted is None or key in wanted))

    for shared, group in groupby(items, key=names):
        same = list(group)
        if shared:
            yield _batch(shared, same, items, text)
        else:  # INSERT … DEFAULT VALUES makes one row
            yield from (Batch((), "[{}]", 1) for _ in same)


def _batch(
    names: tuple[str, ...], some: Sequence[dict[str, Any]], every: Sequence[Any], text: str
) -> Batch:
    if len(some) < len(every):
        text = json.dumps(some, separators=(",", ":"))
    elif not text.lstrip().startswith("["):
        text = f"[{text}]"
    return Batch(names, text, len(some))


def _kind(value: Any) -> str:
    kinds = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return kinds.get(type(value), "a number")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")

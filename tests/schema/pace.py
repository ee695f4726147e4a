"""Rate limits, for tests that cannot wait."""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from ..people import Psql


def refused_after(
    psql: Psql, rule: str, most: int, seconds: float, write: Callable[[int], object]
) -> None:
    """Write until this rule refuses: after `most`, and one more for each `seconds` that passed meanwhile."""
    began = psql.one("select clock_timestamp()")
    for written in range(100):
        refusal = _refusal_of(write, written)
        if refusal is not None:
            assert refusal.diag.constraint_name == rule, refusal
            passed = (psql.one("select clock_timestamp()") - began).total_seconds()
            assert most <= written <= most + passed / seconds
            return
    raise AssertionError(f"{rule} refuses nothing")


def _refusal_of(write: Callable[[int], object], number: int) -> psycopg.Error | None:
    try:
        write(number)
    except psycopg.Error as refusal:
        return refusal
    return None


def later(psql: Psql, interval: str) -> None:
    """As if that much time had passed since everybody wrote last."""
    psql.act_as(None).run(
        "update paces set settled_at = settled_at - %s::interval, last_at = last_at - %s::interval where true",
        interval,
        interval,
    )

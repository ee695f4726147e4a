"""Rate limits, for tests that cannot wait."""

from __future__ import annotations

from ..people import Psql


def later(psql: Psql, interval: str) -> None:
    """As if that much time had passed since everybody wrote last."""
    psql.act_as(None).run(
        "update paces set settled_at = settled_at - %s::interval, last_at = last_at - %s::interval where true",
        interval,
        interval,
    )

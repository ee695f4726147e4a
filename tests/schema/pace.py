"""The pace of chat and reactions, in tests that cannot wait for it."""

from __future__ import annotations

from ..people import Psql


def later(psql: Psql, interval: str) -> None:
    """As if that much time had passed since everybody wrote last."""
    psql.act_as(None).run(
        "update paces set recent = (select array_agg(t - %s::interval order by n)"
        " from unnest(recent) with ordinality r (t, n)) where true",
        interval,
    )

"""A clock that stands still, for limits per second: a slow machine would give tokens back meanwhile."""

from __future__ import annotations

import pytest
from roomtone.token_bucket import TokenBucket, request_bucket


def stand_still(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    """In this module, nobody's bucket of requests fills again."""

    def bucket(per_second: float, **_: object) -> TokenBucket:
        return request_bucket(per_second, clock=lambda: 0.0)

    monkeypatch.setattr(f"{module}.request_bucket", bucket)

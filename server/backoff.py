"""How long to wait before another attempt."""

from __future__ import annotations

import random


def backoff(attempt: int, *, base: float = 0.25, most: float = 8.0) -> float:
    """Seconds before another attempt, doubling and jittered; `attempt` is 0 for the first.

    0.25 0.5 1 2 4 8 8 …, each times 0.5 to 1
    """
    ceiling = min(most, base * 2.0 ** min(attempt, 16))
    return ceiling * random.uniform(0.5, 1.0)

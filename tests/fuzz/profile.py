"""How long to look, and whether at the same places each time."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

TIMES = int(os.environ.get("ROOMTONE_FUZZ", "1"))
"""How many times as many examples as usual; more than one means new ones each time."""


def examples(usual: int, **more: object) -> settings:
    """Settings for so many examples, and no opinion on how long one takes.

    Only who looks for longer waits for the smallest failing example, too: on real parts that takes minutes.
    """
    once = TIMES == 1
    return settings(
        max_examples=usual * TIMES,
        derandomize=once,
        database=None if once else settings().database,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.reuse, Phase.generate, *([] if once else [Phase.shrink])],
        **more,  # type: ignore[arg-type] # as of hypothesis.settings
    )

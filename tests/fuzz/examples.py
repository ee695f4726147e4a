"""How many examples a fuzzer runs, and whether they are the same in every run."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

TIMES = int(os.environ.get("ROOMTONE_FUZZ", "1"))
"""How many times the usual number of examples; more than one means new examples in every run."""


def examples(usual: int, **more: object) -> settings:
    """Settings for this number of examples, without a time limit for each.

    Shrinking a failing example takes minutes on real parts, so only longer runs do it.
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

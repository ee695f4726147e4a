"""Plans that cannot run are refused before anything starts."""

from __future__ import annotations

import pytest
from roomtone.lab.signaling.plan import Plan
from roomtone.tools.numbers import PlanError


def test_a_slow_pattern_is_written_by_one_participant_and_a_quick_one_by_more() -> None:
    assert Plan(rate=0.5).participants == 1
    assert Plan(rate=10).participants == 1
    assert Plan(rate=45).participants == 5


def test_a_plan_without_followers_is_refused() -> None:
    with pytest.raises(PlanError, match="name 1 to 8 numbers"):
        Plan(followers=())

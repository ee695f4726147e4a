"""Plans that cannot run are refused before anything starts."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from roomtone.cli import cli
from roomtone.lab.signaling.plan import Plan
from roomtone.tools.numbers import PlanError


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--followers", "0"], "followers: 0 is not between 1 and 2000"),
        (["--followers", "-3"], "followers: -3 is not between"),
        (["--followers", "10,0"], "followers: 0 is not between 1 and 2000"),
        (["--followers", "50,10"], "the smallest first"),
        (["--followers", "10,10"], "each number once"),
        (["--followers", "1000000"], "1000000 is not between 1 and 2000"),
        (["--followers", "1,2,3,4,5,6,7,8,9"], "1 to 8 numbers"),
        (["--followers", "ten"], "not a list of whole numbers"),
        (["--followers", ""], "not a list of whole numbers"),
        (["--rate", "0"], "rate: 0 is not between"),
        (["--rate", "nan"], "rate: nan is not between"),
        (["--duration", "-1"], "duration: -1 is not between"),
        (["--duration", "86400"], "duration: 86400 is not between"),
        (["--poll-interval", "0"], "poll-interval: 0 is not between"),
        (["--poll-interval", "60"], "poll-interval: 60 is not between"),
        (["--rate", "quick"], "not a valid float"),
        (["--json", "/nowhere/at/all.json"], "There is no folder /nowhere/at"),
    ],
)
def test_a_run_that_cannot_be_is_refused_with_the_reason(flags: list[str], says: str) -> None:
    done = CliRunner().invoke(cli, ["lab", "signaling", *flags])
    assert done.exit_code != 0
    assert says in done.output
    assert "Traceback" not in done.output


def test_a_slow_pattern_is_written_by_one_participant_and_a_quick_one_by_more() -> None:
    assert Plan(rate=0.5).participants == 1
    assert Plan(rate=10).participants == 1
    assert Plan(rate=45).participants == 5


def test_a_plan_without_followers_is_refused() -> None:
    with pytest.raises(PlanError, match="name 1 to 8 numbers"):
        Plan(followers=())

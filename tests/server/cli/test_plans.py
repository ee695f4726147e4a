"""A command that measures refuses a run that cannot be before anything starts."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from roomtone.cli import cli


@pytest.mark.parametrize(
    ("command", "flags", "says"),
    [
        ("bench", ["speed"], "There is no measure 'speed'. There are: fanout, latency"),
        ("bench", ["--streams", "1"], "streams: 1 is not between 10 and 20000"),
        ("bench", ["--streams", "1000000"], "streams: 1000000 is not between"),
        ("bench", ["--events", "0"], "events: 0 is not between"),
        ("bench", ["--followers", "50,2"], "the smallest first"),
        ("bench", ["--joins", "100000"], "joins: 100000 is not between"),
        ("bench", ["--duration", "nan"], "duration: nan is not between"),
        ("bench", ["crowd", "--crowd", "100"], "crowd: 100 is not between 150 and 20000"),
        ("bench", ["crowd", "--arrive", "0"], "arrive: 0 is not between 1 and 120"),
        ("bench", ["crowd", "--lookers", "5"], "lookers: 5 is not between 10 and"),
        ("bench", ["crowd", "--relays", "1,64"], "relays: 64 is not between 1 and 32"),
        (
            "bench",
            ["--json", "/nowhere/at/all.json"],
            "/nowhere/at/all.json cannot be written: No such file or directory",
        ),
        ("lab signaling", ["--followers", "0"], "followers: 0 is not between 1 and 2000"),
        ("lab signaling", ["--followers", "-3"], "followers: -3 is not between"),
        ("lab signaling", ["--followers", "10,0"], "followers: 0 is not between 1 and 2000"),
        ("lab signaling", ["--followers", "50,10"], "the smallest first"),
        ("lab signaling", ["--followers", "10,10"], "each number once"),
        ("lab signaling", ["--followers", "1000000"], "1000000 is not between 1 and 2000"),
        ("lab signaling", ["--followers", "1,2,3,4,5,6,7,8,9"], "1 to 8 numbers"),
        ("lab signaling", ["--followers", "ten"], "not a list of whole numbers"),
        ("lab signaling", ["--followers", ""], "not a list of whole numbers"),
        ("lab signaling", ["--rate", "0"], "rate: 0 is not between"),
        ("lab signaling", ["--rate", "nan"], "rate: nan is not between"),
        ("lab signaling", ["--duration", "-1"], "duration: -1 is not between"),
        ("lab signaling", ["--duration", "86400"], "duration: 86400 is not between"),
        ("lab signaling", ["--poll-interval", "0"], "poll-interval: 0 is not between"),
        ("lab signaling", ["--poll-interval", "60"], "poll-interval: 60 is not between"),
        ("lab signaling", ["--rate", "quick"], "not a valid float"),
        (
            "lab signaling",
            ["--json", "/nowhere/at/all.json"],
            "/nowhere/at/all.json cannot be written: No such file or directory",
        ),
        ("lab peers", ["--systems", "telegraph"], "is not a list of roomtone, socket.io"),
        ("lab peers", ["--systems", "nats,nats"], "each once"),
        ("lab peers", ["--database-url", "postgresql://x/y"], "names the database of --live"),
        ("lab peers", ["--quick", "--followers", "0"], "followers: 0 is not between 1 and 500"),
        ("lab peers", ["--repetitions", "0"], "repetitions: 0 is not between 1 and 100"),
        (
            "lab peers",
            ["--csv", "/nowhere/at/all.csv"],
            "/nowhere/at/all.csv cannot be written: No such file or directory",
        ),
        ("lab topology", ["--speakers", "1"], "speakers: 1 is not between 2 and 12"),
        ("lab topology", ["--speakers", "13"], "speakers: 13 is not between 2 and 12"),
        ("lab topology", ["--listeners", "301"], "listeners: 301 is not between 0 and 300"),
        ("lab topology", ["--listeners", "10,0"], "the smallest first"),
        ("lab topology", ["--speakers", "few"], "not a list of whole numbers"),
        (
            "lab topology",
            ["--topologies", "star"],
            "not a list of mesh, sfu, mcu, edge, videoroom, audiobridge",
        ),
        ("lab topology", ["--topologies", "sfu,sfu"], "each once"),
        ("lab topology", ["--duration", "1"], "duration: 1 is not between 2 and 60"),
        (
            "lab topology",
            ["--html", "/nowhere/at/all.html"],
            "/nowhere/at/all.html cannot be written: No such file or directory",
        ),
    ],
)
def test_a_run_that_cannot_be_is_refused_with_the_reason(
    command: str, flags: list[str], says: str
) -> None:
    done = CliRunner().invoke(cli, [*command.split(), *flags])
    assert done.exit_code != 0
    assert says in done.output
    assert "Traceback" not in done.output

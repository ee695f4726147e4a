"""One small run through the command line, with everything it starts."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.programs import socket_url
from roomtone.tools.database_server import OPERATOR

from ....patience import eventually
from ...tools.measured import is_as_its_schema_says

EVERY = ("mesh", "sfu", "mcu", "edge", "videoroom", "audiobridge")
PATIENCE = 300.0  # seconds; nine processes start, and the machine may be busy


def test_three_people_talk_in_each_topology_and_nothing_is_left(
    postgres: EmbeddedPostgres, database: str, tmp_path: Path
) -> None:
    url = socket_url(postgres.sockets, database=database)
    figures, page, rows = (tmp_path / f"lab.{kind}" for kind in ("json", "html", "csv"))
    flags = ["--speakers", "2", "--listeners", "4", "--duration", "2", "--repetitions", "1"]
    flags += ["--topologies", ",".join(EVERY)]
    files = ["--json", str(figures), "--html", str(page), "--csv", str(rows)]
    files += ["--database-url", url]
    done = subprocess.run(
        [sys.executable, "-m", "roomtone", "lab", "topology", *flags, *files],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={k: v for k, v in os.environ.items() if not k.startswith("ROOMTONE_")}
        | {"TMPDIR": str(tmp_path)},
        check=False,
    )
    assert "MCU, 2 speak and 4 listen" in done.stdout, done.stderr
    value = json.loads(figures.read_text())
    is_as_its_schema_says(value)
    assert {one["topology"] for one in csv.DictReader(rows.read_text().splitlines())} == {*EVERY}
    found = {one["topology"]: one["repetitions"][0] for one in value["lanes"]}
    assert set(found) == {*EVERY}
    for one in found.values():
        assert (one["deaf"], one["troubles"]) == (0, [])
        assert one["marks"] > one["marks_missed"]
    for lane in value["lanes"]:
        # what a packet holds, and what Opus looks ahead
        assert lane["figures"]["delay_p50"]["value"] > 25
    assert {t: one["links"]["speaker"]["connections"] for t, one in found.items()} == {
        "mesh": 5,
        "sfu": 1,
        "mcu": 1,
        "edge": 1,
        "videoroom": 2,  # one to send, one to receive
        "audiobridge": 1,
    }
    assert {one["topology"] for one in found.values() if one["cost"]["edge"]} == {"edge"}
    assert {
        one["links"]["listener"]["connections"] for name, one in found.items() if name != "mesh"
    } == {1}
    # (None where the machine stood still; what it measures is tested in media/node/test_loss.py.)
    assert any(one["understood"] for one in found.values())
    assert any(one["first_audio"] for one in found.values())
    # a voice goes out once to a node, and once to each other person in a mesh; one other comes in. (In bytes to bytes, and not by
    # the second: a machine may stand still while one of the three is measured.)
    speakers = {topology: one["links"]["speaker"] for topology, one in found.items()}
    sent = {topology: link["up"] / link["down"] for topology, link in speakers.items()}
    assert sent["mesh"] > 1.5 * sent["sfu"], speakers
    # Other people's servers did work, and it is counted beyond what they take with nobody there.
    assert all(found[name]["cost"]["node"] > 0 for name in EVERY if name != "mesh")
    assert value["unavailable"] == {}
    assert re.match(r"\d+\.\d+", value["versions"]["janus"])
    assert 0 < value["floors"]["udp"] < value["floors"]["plain"]
    assert page.read_text().startswith("<!doctype html>")
    with psycopg.connect(url, **OPERATOR) as psql:
        row = psql.execute("select (select count(*) from rooms) + (select count(*) from users where kind <> 'node') + (select count(*) from topology_sizes)").fetchone()  # fmt: skip
    assert row == (0,)

    def ours() -> list[int]:
        return [
            process.pid
            for process in psutil.process_iter(["environ"])
            if (process.info["environ"] or {}).get("TMPDIR") == str(tmp_path)
        ]

    eventually(lambda: not ours())

"""The `@supabase/postgrest-js` client from npm works unchanged."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from ...patience import PATIENCE
from ..rows_world import World

CAFE = "日本 café (late)"
SCRIPT = Path(__file__).with_name("postgrest_js.mjs")


def test_it_embeds_pages_counts_and_undoes(world: World) -> None:
    room = world.room("Tea")
    world.psql.seat(room, "anna")
    world.psql.seat(room, "rick")
    world.room("Night owls")
    ran = subprocess.run(
        ["node", SCRIPT],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ
        | {"ROOMTONE": world.relay.url, "TOKEN": world.relay.token("rick"), "ROOM": str(room)},
        timeout=2 * PATIENCE,
    )
    assert ran.returncode == 0, ran.stderr
    host = {"username": "rick"}
    assert json.loads(ran.stdout) == {
        "embedded": {
            "name": "Tea",
            "host": host,
            "clubs": None,
            "participants": [{"role": "SPEAKER"}],
        },
        "inner": [400, "PGRST108"],
        "ordered": [{"name": "Tea", "host": host}],
        "ambiguous": [300, "PGRST201"],
        "several": [406, "PGRST116"],
        "inserted": {"name": "New", "host": host},
        "paged": [{"name": "Tea"}, {"name": "Night owls"}],
        "called": [1, True],
        "limited": [400, "PGRST124"],
        "head": [None, 3],
        "refusals": {
            "quotes": [400, "PGRST100"],
            "csv": [406, "PGRST107"],
            "plan": [406, "PGRST107"],
            "nested": [400, "PGRST127"],
            "spread": [400, "PGRST127"],
            "planned": [400, "PGRST127"],
            "many": [406, "PGRST116"],
            "seats": [403, "42501"],
        },
        "made": [201, 2],
        "listed": [{"name": name} for name in ("Tea", "Ten, or so", CAFE)],
        "either": [{"name": CAFE}, {"name": "Ten, or so"}],
        "outside": [{"name": name} for name in ("Tea", "Night owls", CAFE)],
        "searched": [{"name": "Night owls"}],
        "hosted": [{"username": "rick", "rooms": [{"count": 5}]}],
        "embeddedOr": [{"participants": [{"role": "HOST"}]}],
        "path": [{"name": "Tea", "first": "anna"}],
        "contained": [{"name": "Tea"}],
        "cast": [True, True],
        "none": [None, None],
        "again": [201, []],
        "read": "tea, or so",
        "headed": [200, None, True],
    }
    assert world.psql.one("select count(*) from rooms where name = 'All'") == 0

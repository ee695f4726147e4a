"""Generators of clients read /openapi.json without a complaint, and what they generate works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from ...running import run_relay
from ..rows_world import World

ROOT: Final = Path(__file__).parents[3]
GENERATORS: Final = ROOT / "tests/generators"

# What openapi-python-client's manual says for media types that it does not know.
PYTHON_CLIENT: Final = {
    "project_name_override": "generated",
    "package_name_override": "generated",
    "post_hooks": [],
    "content_type_overrides": {
        "application/sdp": "application/octet-stream",
        "application/trickle-ice-sdpfrag": "application/octet-stream",
        "audio/ogg": "application/octet-stream",
        "audio/mp4": "application/octet-stream",
        "application/vnd.apple.mpegurl": "application/octet-stream",
        "application/vnd.pgrst.array+json": "application/json",
        "application/vnd.pgrst.object+json": "application/json",
    },
}
SCRIPT: Final = """
import sys
from generated import AuthenticatedClient, Client
from generated.api.functions import call_join_room, call_room_snapshot
from generated.api.roster import read_roster
from generated.api.session import sign_in
from generated.models import CallJoinRoomBody, CallRoomSnapshotBody, SignInBody

url, room = sys.argv[1], int(sys.argv[2])
signed_in = sign_in.sync(client=Client(base_url=url), body=SignInBody(username="anna"))
client = AuthenticatedClient(base_url=url, token=signed_in.token)
seat = call_join_room.sync(client=client, body=CallJoinRoomBody(room_id=room))
snapshot = call_room_snapshot.sync(client=client, body=CallRoomSnapshotBody(room_id=room))
rows = read_roster.sync(client=client, room_id=f"eq.{room}")
print(seat.role, [each.username for each in snapshot.participants], [each.username for each in rows])
"""


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """What it says, when it ends well."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | environment,
        check=False,
        capture_output=True,
        text=True,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-4000:]
    return said


@pytest.fixture
def document(database_url: str, tmp_path: Path) -> Path:
    """The longest one: of a relay with passkeys."""
    path = tmp_path / "openapi.json"
    with run_relay(database_url, sign_in="passkeys") as relay, relay.client() as client:
        path.write_bytes(client.get("/openapi.json").content)
    return path


def test_redocly_finds_nothing_and_typescript_takes_the_generated_types(document: Path) -> None:
    folder = document.parent
    (folder / "redocly.yaml").write_text("extends: [recommended]\n")
    linted = run(
        ROOT / "node_modules/.bin/redocly", "lint", "openapi.json", "--format=json",
        cwd=folder, REDOCLY_TELEMETRY="off", REDOCLY_SUPPRESS_UPDATE_NOTICE="true",
    )  # fmt: skip
    found = json.loads(linted[linted.index("{") : linted.rindex("}") + 1])["problems"]
    only_redirect = {
        f"#/paths/~1session~1openid~1{{issuer}}{end}/get/responses" for end in ("", "~1callback")
    }
    assert [
        (each["ruleId"], each["location"][0]["pointer"])
        for each in found
        if each["location"][0]["pointer"] not in only_redirect
    ] == []
    programs = GENERATORS / "node_modules/.bin"
    run(programs / "openapi-typescript", "openapi.json", "-o", "types.ts", cwd=folder)
    (folder / "use.ts").write_text(
        "import type { paths, components } from './types'\n"
        "type Rows = paths['/rows/hallway']['get']['responses'][200]['content']['application/json']\n"
        "export const names = (rows: Rows): (string | null | undefined)[] => rows.map((row) => row.name)\n"
        "export const rule = (problem: components['schemas']['Problem']): string | undefined => problem.rule\n"
    )
    # Of TypeScript's own declarations only those of the language, and as they are: the generated types are what is checked.
    run(
        programs / "tsc",
        "--noEmit",
        "--strict",
        "--skipLibCheck",
        "--lib",
        "es2022",
        "use.ts",
        cwd=folder,
    )


def test_a_generated_python_client_signs_in_sits_down_and_reads_the_room(
    world: World, document: Path
) -> None:
    folder = document.parent
    (folder / "config.json").write_text(json.dumps(PYTHON_CLIENT))
    said = run(
        sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--config", "config.json",
        "--meta", "none", "--output-path", "generated", "--fail-on-warning",
        cwd=folder,
    )  # fmt: skip
    assert "WARNING" not in said
    room = world.room()
    sat = run(sys.executable, "-c", SCRIPT, world.relay.url, str(room), cwd=folder)
    assert sat.splitlines()[-1] == "SPEAKER ['anna'] ['anna']"
    assert world.psql.roster(room) == ["anna"]

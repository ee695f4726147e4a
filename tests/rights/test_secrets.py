"""No secret is logged, at the most detailed level and with every kind of error."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import psycopg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from ..patience import PATIENCE

JWT_SECRET = "jwt-3f1c0a-secret-that-signs-tokens"
TURN_SECRET = "turn-77ab12-secret-shared-with-coturn"
PASSWORD = "db-5c9e21-password"


def test_nothing_secret_is_logged(database_url: str, tmp_path: Path) -> None:
    assert "?host=" in database_url
    url = f"{database_url}&password={PASSWORD}"
    log = tmp_path / "log"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("ROOMTONE_")
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "roomtone", "--port", "0", "--log-level", "debug"],
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            env=environment
            | {
                "ROOMTONE_DATABASE_URL": url,
                "ROOMTONE_JWT_SECRET": JWT_SECRET,
                "ROOMTONE_TURN_SECRET": TURN_SECRET,
                "ROOMTONE_TURN_URIS": "turn:turn.example:3478",
            },
        )
        said: list[str] = []
        assert process.stdout is not None
        deadline = threading.Timer(PATIENCE, process.kill)
        deadline.start()
        address = ""
        for line in process.stdout:
            said.append(line)
            if found := re.search(r"open at (http://\S+)/", line):
                address = found[1]
                break
        assert address, said
        secrets = trouble(address, database_url)
        process.terminate()
        said.append(process.communicate()[0])
        deadline.cancel()
    logged = log.read_text("utf-8") + "".join(said)
    for trace in ("INFO", "WARNING", "terminat"):
        assert trace in logged, "there was no trouble, so this proves nothing"
    for name, secret in secrets.items():
        assert secret not in logged, f"{name} is in the log"


def trouble(address: str, database_url: str) -> dict[str, str]:
    """Sign in, be refused in many ways, lose the database; what must not be seen anywhere."""
    with httpx.Client(base_url=address, timeout=PATIENCE) as client:
        token = client.post("/session", json={"username": "rick"}).json()["token"]
        turn = client.get("/turn").json()
        client.get("/ice")
        client.get("/session", headers={"Authorization": f"Bearer {token}x"})
        room = client.post(
            "/rows/rooms", json={"name": "Tea"}, headers={"Prefer": "return=representation"}
        ).json()[0]["id"]
        seat = client.post("/rows/rpc/join_room", json={"room_id": room}).json()
        private = "an-ip-192.0.2.33-in-a-description"
        body = {
            "room_id": room,
            "to_peer": seat["peer_id"],
            "kind": "offer",
            "body": {"sdp": private},
        }
        assert client.post("/rows/signals", json=body).status_code == 400
        client.post("/rows/rooms", content=b'{"name": "' + token.encode())
        client.get("/rows/rooms", params={"name": f"nonsense.{token}"})
        said = "words-said-on-a-socket"
        with connect(
            f"{address.replace('http', 'ws', 1)}/rooms/{room}/socket",
            subprotocols=[Subprotocol("roomtone"), Subprotocol(f"bearer.{token}")],
            additional_headers={"Cookie": f"roomtone={token}"},
            proxy=None,
            open_timeout=PATIENCE,
        ) as socket:
            socket.send(json.dumps({"event": said, "id": 1}))
            while '"id":1' not in socket.recv(PATIENCE, decode=True).replace(" ", ""):
                pass
        with client.stream("GET", f"/rooms/{room}/events") as stream:
            lines = (
                stream.iter_lines()
            )  # kept, because httpx closes a stream whose iterator is gone
            next(lines)
            with psycopg.connect(database_url, autocommit=True) as operator:
                operator.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where application_name like 'roomtone%' and datname = current_database()"
                )
                for _ in range(20):
                    client.get("/rows/rooms")
        assert client.delete("/session").status_code in (204, 503)
        client.get("/session", headers={"Authorization": f"Bearer {token}"})
    return {
        "the key that signs tokens": JWT_SECRET,
        "the secret shared with TURN": TURN_SECRET,
        "the database's password": PASSWORD,
        "a token": token,
        "a token's signature": token.rsplit(".", 1)[1],
        "a TURN password": turn["password"],
        "a description": private,
        "a message on a socket": said,
    }

"""A relay for a test: the real application behind the real server, in a thread, on a free port."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from roomtone.app import create_app
from roomtone.http import whip_session
from roomtone.identity import bounded_http, jwks, openid_provider
from roomtone.listening import segments
from roomtone.postgres import lease
from roomtone.process import address, bind, configuration
from roomtone.push import push_service
from roomtone.relay import hallway, hallway_users, invitations
from roomtone.relay_server import RelayServer
from roomtone.settings import Settings
from roomtone.supervision import Stop

from .patience import PATIENCE

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Spares an HTTP client the loading of all root certificates."""

PATIENT: dict[str, Any] = {
    "database_seconds": 1_000.0,
    "grace": 2 * PATIENCE,
    "lock_timeout": PATIENCE,
    "new_users_per_hour": 1_000_000,
    "pool_timeout": PATIENCE,
    "requests_per_second": 10_000.0,
    "statement_timeout": PATIENCE,
}
"""Limits that no test reaches by being slow, or by a machine that stands still for seconds. A test of a limit sets that one itself."""

for module, name in (
    (lease, "STAMPED_WITHIN"),
    (lease, "END_WITHIN"),
    (hallway, "FILLED_WITHIN"),
    (hallway_users, "READ_WITHIN"),
    (invitations, "READ_WITHIN"),
    (jwks, "ARRIVES_WITHIN_S"),
    (openid_provider, "ARRIVES_WITHIN_S"),
    (bounded_http, "ANSWER_WITHIN_S"),
    (bounded_http, "SILENT_FOR_S"),
    (push_service, "ANSWER_WITHIN_S"),
    (segments, "FIRST_WITHIN"),
    (whip_session, "ANSWERED_WITHIN"),
):
    assert hasattr(module, name)
    setattr(module, name, PATIENCE)  # no setting names these limits


def patient(**settings: Any) -> Settings:
    """The settings of a relay in a test: `PATIENT`, and these."""
    return Settings(**(PATIENT | settings))


def get(url: str, **headers: str) -> httpx.Response:
    """GET this."""
    return httpx.get(url, headers=headers, timeout=PATIENCE, verify=NO_TLS)


@dataclass
class RunningRelay:
    """`url` ends without a slash."""

    url: str
    server: RelayServer

    def client(self, token: str | None = None) -> httpx.Client:
        """An HTTP client of this relay; with a token, of that user."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE, verify=NO_TLS)

    def token(self, username: str) -> str:
        """Sign in as this demo user, who is created if unknown; returns the token."""
        with self.client() as anonymous:
            answer = anonymous.post("/session", json={"username": username})
            answer.raise_for_status()
            return str(answer.json()["token"])

    def sign_in(self, username: str) -> httpx.Client:
        """An HTTP client of this demo user."""
        return self.client(self.token(username))

    def shows(self, room: int, **columns: Any) -> None:
        """Wait until the relay's hallway has this row; the relay reads it after a notification."""
        deadline = time.monotonic() + PATIENCE
        with self.client() as anonymous:
            while True:
                answer = anonymous.get(
                    "/hallway/events", headers={"Accept": "application/json"}
                ).json()
                rows = [row for row in answer["snapshot"]["hallway"] if row["id"] == room]
                if rows and rows[0].items() >= columns.items():
                    return
                assert time.monotonic() < deadline, f"the hallway shows {rows}"


@contextmanager
def run_relay(database_url: str, /, **settings: Any) -> Iterator[RunningRelay]:
    """Serve a database until the block ends, on a free port by default. The other settings are `patient`."""
    chosen = patient(**({"port": 0} | settings))
    listening = bind(chosen.host, chosen.port)
    started = threading.Event()
    stop = Stop()
    app = create_app(chosen, database_url, stop)
    server = RelayServer(configuration(app, chosen), stop, started.set)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listening]}, name="relay", daemon=True
    )
    thread.start()
    deadline = time.monotonic() + PATIENCE
    try:
        while not started.wait(0.05):
            if not thread.is_alive():
                raise RuntimeError("the relay ended before it served; see its log")
            if time.monotonic() > deadline:
                raise RuntimeError("the relay did not begin to serve")
        yield RunningRelay(address(listening).rstrip("/"), server)
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listening.close()
        if thread.is_alive():
            raise RuntimeError("the relay did not stop")

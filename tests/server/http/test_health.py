"""`/live` and `/ready` report failing background tasks. A process whose task fails for good ends with an error status."""

from __future__ import annotations

import httpx
import pytest
from roomtone import supervision
from roomtone.process import bind, serve
from roomtone.relay.hallway import Hallway
from roomtone.settings import Settings

from ...patience import comes_true
from ...running import RunningRelay, run_relay

pytestmark = pytest.mark.anyio


class Fault(Exception):
    pass


@pytest.fixture
def failing_hallway(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(self: Hallway) -> None:
        raise Fault("a fault of its own")

    monkeypatch.setattr(Hallway, "run", run)
    monkeypatch.setattr("roomtone.backoff.random.uniform", lambda low, high: 0.01)
    monkeypatch.setattr("roomtone.relay.relay.READY_WITHIN", 0.1)


@pytest.mark.usefixtures("failing_hallway")
async def test_a_relay_whose_task_keeps_failing_is_live_and_not_ready(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "GIVE_UP_AFTER", 10**9)
    with run_relay(database_url) as relay, relay.client() as client:

        def fails() -> bool:
            answer = client.get("/ready")
            return answer.status_code == 503 and "hallway" in answer.json()["message"]

        await comes_true(fails)
        assert client.get("/live").status_code == 200
        shown = client.get("/metrics").text
        assert 'roomtone_task_failures_total{task="hallway"}' in shown
        assert "roomtone_ready 0.0" in shown


@pytest.mark.usefixtures("failing_hallway")
def test_a_relay_whose_task_cannot_go_on_ends_with_a_status_that_is_not_zero(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "GIVE_UP_AFTER", 2)
    settings = Settings(port=0)
    with bind(settings.host, 0) as listening, pytest.raises(SystemExit) as ended:
        serve(settings, database_url, listening, lambda: None)
    assert ended.value.code == 1


async def test_a_relay_is_not_ready_before_the_issuers_keys_are_read(
    database_url: str, relay: RunningRelay
) -> None:
    def says(client: httpx.Client, words: str) -> bool:
        return words in client.get("/ready").text

    with relay.client() as client:
        assert says(client, "true")
        assert "roomtone_ready 1.0" in client.get("/metrics").text
    # No server listens on port 1: the relay starts, and reports that the keys are missing.
    with (
        run_relay(database_url, jwt_jwks_url="http://127.0.0.1:1/keys") as lacking,
        lacking.client() as client,
    ):
        await comes_true(lambda: says(client, "signing keys"))
        assert client.get("/live").status_code == 200

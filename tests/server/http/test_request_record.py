"""Each answer has the id under which the log knows its request."""

from __future__ import annotations

import json
import logging
import re

import pytest
from roomtone.logs import Json, Plain, add_request_id
from roomtone.request_id import id_for
from roomtone.rows import catalogue
from websockets.sync.client import connect

from ...patience import PATIENCE
from ...people import Psql
from ...running import RunningRelay

pytestmark = pytest.mark.shares_a_relay

OWN = re.compile(r"[0-9a-f]{16}")


@pytest.mark.parametrize(
    "sent", [None, "", "short", "x" * 65, "with space", "line\nbreak", "é" * 10]
)
def test_an_unusable_id_is_replaced(sent: str | None) -> None:
    assert OWN.fullmatch(id_for(sent))


def test_each_answer_has_an_id_and_a_proxys_own_is_kept(relay: RunningRelay) -> None:
    with relay.sign_in("anna") as anna:
        ids = {
            anna.get(path).headers["x-request-id"]
            for path in ("/rows/hallway", "/live", "/nowhere", "/")
        }
        assert len(ids) == 4
        assert all(OWN.fullmatch(each) for each in ids)
        given = anna.get("/live", headers={"X-Request-Id": "proxy-12345678"})
        assert given.headers["x-request-id"] == "proxy-12345678"
        assert "request_id" not in anna.get("/nowhere").json()
    address = relay.url.replace("http", "ws") + "/hallway/socket"
    with connect(address, open_timeout=PATIENCE, proxy=None) as socket:
        assert socket.response is not None
        assert OWN.fullmatch(socket.response.headers["x-request-id"])


def test_an_error_names_the_line_of_the_log_that_explains_it(
    relay: RunningRelay, psql: Psql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "REFRESH_AT_MOST_EVERY_S", 0.0)
    psql.run(
        "create function roomtone.broken() returns int language plpgsql as"
        " $$ begin raise exception 'broken' using errcode = 'XX000'; end $$;"
        " grant execute on function roomtone.broken to public"
    )
    lines: list[str] = []

    class Lines(logging.Handler):
        """Formats in the thread of the request, as every handler does."""

        def emit(self, record: logging.LogRecord) -> None:
            lines.append(Json().format(record))

    handler = Lines(logging.ERROR)
    handler.addFilter(add_request_id)
    logging.getLogger("roomtone").addHandler(handler)
    try:
        with relay.client() as client:
            answer = client.post("/rows/rpc/broken", json={})
    finally:
        logging.getLogger("roomtone").removeHandler(handler)
    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert [json.loads(line)["request_id"] for line in lines] == [answer.headers["x-request-id"]]


def test_an_error_of_the_relay_itself_has_the_id_too(
    relay: RunningRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("a fault of its own")

    monkeypatch.setattr("roomtone.relay.metrics.generate_latest", broken)
    with relay.client() as client:
        answer = client.get("/metrics")
        assert answer.status_code == 500
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
    monkeypatch.undo()
    with relay.client() as client:
        text = client.get("/metrics").text
    (counted,) = [line for line in text.splitlines() if 'code="500"' in line]
    assert 'route="/metrics"' in counted


def test_a_line_of_json_cannot_be_forged() -> None:
    record = logging.makeLogRecord(
        {
            "name": "roomtone.x",
            "levelname": "WARNING",
            "msg": "path %s",
            "args": ('/a\n{"level": "error"}',),
            "request_id": "0123456789abcdef",
            "cause": "x",
        }
    )
    line = Json().format(record)
    assert "\n" not in line
    read = json.loads(line)
    assert read["message"] == 'path /a\n{"level": "error"}'
    assert (read["level"], read["request_id"], read["cause"]) == (
        "warning",
        "0123456789abcdef",
        "x",
    )
    assert Plain("%(message)s").format(record).endswith("[0123456789abcdef]")

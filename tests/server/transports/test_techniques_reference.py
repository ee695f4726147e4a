"""docs/techniques.md: every curl command gets the described answer, every emitted event is acknowledged."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ...conftest import Connect
from ...people import Psql
from ...running import run_relay
from ...sockets import open_socket
from .reader import Reader

pytestmark = pytest.mark.anyio

PAGE = (Path(__file__).parents[3] / "docs" / "techniques.md").read_text("utf-8")


async def test_every_curl_command_and_every_event_does_what_the_page_says(
    database_url: str, connect: Connect
) -> None:
    psql = Psql(connect())
    commands = re.findall(r"^curl .*$", PAGE, re.MULTILINE)
    emitted = re.findall(r'^\{"event": .*$', PAGE, re.MULTILINE)
    assert (len(commands), len(emitted)) == (10, 4)
    with run_relay(database_url) as relay:
        reader = Reader(relay.url)
        for command in commands:
            if "hallway" in command:
                relay.shows(int(reader.known["ROOM"]))
            answer = await reader.types(command)
            if "hallway" not in command:
                reader.learn(answer)
            else:
                assert answer["snapshot"]["hallway"][0]["name"] == "Techniques"
        room, token = reader.known["ROOM"], reader.known["TOKEN"]
        # rick joined again, so he is the newcomer and may offer
        reader.known["OTHER"] = psql.seat(int(room), "beth")
        async with open_socket(f"{relay.url}/rooms/{room}/socket", token) as rick:
            for text in emitted:
                message = json.loads(reader.filled(text))
                await rick.send(json.dumps(message))
                ack = await rick.ack(message["id"])
                assert "data" in ack, ack


async def test_the_page_names_every_close_code_and_reason() -> None:
    source = (Path(__file__).parents[3] / "server" / "transports" / "websocket.py").read_text(
        "utf-8"
    )
    codes = re.search(r"CLOSE_CODES: Final = \{(.*)\}", source)
    assert codes is not None
    for reason, code in re.findall(r'"([a-z ]+)": (\d+)', codes[1]):
        assert f"`{reason}`" in PAGE
        assert code in PAGE

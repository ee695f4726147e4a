"""docs/techniques.md: every curl command gets the described answer, every emitted event is acknowledged."""

from __future__ import annotations

import itertools
import json
import re
import shlex
from pathlib import Path
from typing import Any

import httpx
import pytest

from ...conftest import Connect
from ...following import follow
from ...patience import PATIENCE
from ...people import Psql
from ...running import run_relay
from ...sockets import open_socket

pytestmark = pytest.mark.anyio

PAGE = (Path(__file__).parents[3] / "docs" / "techniques.md").read_text("utf-8")


class Reader:
    """A reader who types the commands of the page, with the values of earlier answers."""

    def __init__(self, url: str) -> None:
        self.known = {"ROOMTONE": url}

    def filled(self, text: str) -> str:
        return re.sub(r"'?\$([A-Z]+)'?", lambda found: self.known[found[1]], text)

    def learn(self, answer: Any) -> None:
        row = answer[0] if isinstance(answer, list) else answer
        names = {"token": "TOKEN", "peer_id": "PEER", "cursor": "CURSOR", "id": "ROOM"}
        self.known |= {names[key]: str(row[key]) for key in names if key in row}

    async def types(self, command: str) -> Any:
        """The answer to a curl command line: JSON, or the first frame of a stream."""
        words = shlex.split(self.filled(command))[1:]
        headers = dict(w.split(": ", 1) for flag, w in itertools.pairwise(words) if flag == "-H")
        body = next((w for flag, w in itertools.pairwise(words) if flag == "--json"), None)
        [url] = [word for word in words if word.startswith("http")]
        if "-N" in words:
            async with follow(url, self.known["TOKEN"]) as stream:
                return (await stream.until(lambda frame: frame.event == "snapshot")).data
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            given = {"Content-Type": "application/json"} if body else {}
            method = "POST" if body else "GET"
            answer = await client.request(method, url, headers=headers | given, content=body)
        assert answer.is_success, (command, answer.text)
        return answer.json()


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

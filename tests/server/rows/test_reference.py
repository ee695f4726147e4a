"""docs/rows.md: every example works, and every operator is described."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import httpx
from roomtone.rows.conditions import OPERATORS

from ...running import run_relay

PAGE = (Path(__file__).parents[3] / "docs" / "rows.md").read_text("utf-8")


def send(client: httpx.Client, command: str) -> httpx.Response:
    """Send the request of a curl command line."""
    words = iter(shlex.split(command)[1:])
    method, url, headers, body = None, "", {}, None
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-I":
            method = "HEAD"
        elif word == "-H":
            name, value = next(words).split(": ", 1)
            headers[name] = value
        elif word == "--json":
            body = next(words)
            headers["Content-Type"] = "application/json"
        elif word != "-g":
            url = word
    method = method or ("POST" if body else "GET")
    return client.request(method, url, headers=headers, content=body)


def test_every_example_does_what_it_says(demo_database_url: str) -> None:
    commands = re.findall(r"^curl .*$", PAGE, re.MULTILINE)
    assert len(commands) > 12
    with run_relay(demo_database_url) as relay, relay.client() as client:
        token = ""
        for command in commands:
            filled = command.replace("$ROOMTONE", relay.url).replace("$TOKEN", token)
            response = send(client, filled)
            assert response.is_success, (command, response.text)
            if "/session" in command:
                token = response.json()["token"]
                client.cookies.clear()


def test_every_operator_is_described() -> None:
    table = PAGE.split("| operator | means |")[1].split("\n\n")[0]
    first_cells = " ".join(
        line.split("|")[1] for line in table.splitlines() if line.startswith("| `")
    )
    assert set(re.findall(r"`(\w+)", first_cells)) == OPERATORS

"""A reader of a page, who types its curl commands."""

from __future__ import annotations

import itertools
import re
import shlex
from typing import Any

import httpx

from ...following import follow
from ...patience import PATIENCE
from ...running import NO_TLS


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
        async with httpx.AsyncClient(timeout=PATIENCE, verify=NO_TLS) as client:
            given = {"Content-Type": "application/json"} if body else {}
            method = "POST" if body else "GET"
            answer = await client.request(method, url, headers=headers | given, content=body)
        assert answer.is_success, (command, answer.text)
        return answer.json()

"""cases.json: requests and the right answer to each, as PostgREST's documentation has them, on the tables of cases.sql.

A case is one request (`send`, its body `json` or `text`, and its headers `prefer`, `accept`, `ask` (Range), `type`, `coding`,
`profile`) by a person, or `by` nobody, and what comes back: `status` (200), `answer` or the problem's `code`, and the headers
`range` (Content-Range), `applied`, `allow` and `location`; `details` are those of the problem. `after` is another path, and its rows when the request is over.
Its `part` is a row of the table in docs/rows.md.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from ...people import Psql
from ..rows_world import World, run_world

HERE = Path(__file__).parent
PAGE = (HERE.parents[2] / "docs" / "rows.md").read_text("utf-8")
CASES: list[dict[str, Any]] = json.loads((HERE / "cases.json").read_text("utf-8"))
ASKED = {
    "prefer": "Prefer",
    "accept": "Accept",
    "ask": "Range",
    "type": "Content-Type",
    "coding": "Content-Encoding",
    "profile": "Accept-Profile",
}
ANSWERED = {
    "range": "Content-Range",
    "applied": "Preference-Applied",
    "allow": "Allow",
    "location": "Location",
}


def send(world: World, case: dict[str, Any]) -> httpx.Response:
    method, path = case["send"].split(" ", 1)
    headers = {header: case[key] for key, header in ASKED.items() if key in case}
    body = None
    if "json" in case or "text" in case:
        body = case.get("text") or json.dumps(case["json"])
        headers.setdefault("Content-Type", "application/json")
    client = world.anonymous if case.get("by") == "nobody" else world.anna
    path = quote(path, safe="/?&=:,()!*%")
    return client.request(method, f"/rows{path}", headers=headers, content=body)


def answered(response: httpx.Response, case: dict[str, Any]) -> dict[str, Any]:
    """What the case says about an answer, from this answer."""
    found: dict[str, Any] = {"status": response.status_code}
    if "answer" in case:
        found["answer"] = response.json() if response.content else None
    if "code" in case:
        found["code"] = response.json()["code"] if response.content else None
    if "details" in case:
        found["details"] = response.json()["details"]
    found |= {key: response.headers.get(header) for key, header in ANSWERED.items() if key in case}
    return found


def test_every_case_has_its_answer(database_url: str, psql: Psql) -> None:
    psql.run((HERE / "cases.sql").read_text("utf-8"))
    wrong = []
    with run_world(database_url, psql) as world:
        for case in CASES:
            psql.run("select roomtone.put_back()")
            found = answered(send(world, case), case)
            right = {"status": case.get("status", 200)}
            right |= {
                key: case[key] for key in ("answer", "code", "details", *ANSWERED) if key in case
            }
            if "after" in case:
                path, right["after"] = case["after"]
                found["after"] = world.anna.get(f"/rows{path}").json()
            if found != right:
                wrong.append(f"{case['send']}\n  found {found}\n  right {right}")
    assert not wrong, "\n".join(wrong)


def test_every_part_of_the_table_has_cases_which_it_describes() -> None:
    table = PAGE.split("| part of PostgREST | here |")[1].split("\n\n")[0]
    lines = [line.split("|")[1:3] for line in table.splitlines()[2:]]
    parts = {part.strip().replace("`", ""): here for part, here in lines}
    assert set(parts) == {case["part"] for case in CASES}
    for part, here in parts.items():
        refused = re.match(r" refused: (\d+) `(\w+)`", here)
        if refused:
            expected = {(int(refused[1]), refused[2])}
            assert {(c["status"], c["code"]) for c in CASES if c["part"] == part} == expected, part
        else:
            assert any("code" not in case for case in CASES if case["part"] == part), part

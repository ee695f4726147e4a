"""SECURITY.md's figures and names are those of the source."""

from __future__ import annotations

import re
from pathlib import Path

from roomtone.head import LARGEST_HEAD, REQUEST_WITHIN_S
from roomtone.identity import TOKEN_LIFETIME
from roomtone.log import BROADCASTS_KEPT
from roomtone.rows.query import MOST_PARAMETERS
from roomtone.settings import options

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text("utf-8")
LIMITS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.partition("## Limits")[2].splitlines()
    if line.startswith("| ") and not line.startswith("| what")
]


def test_limits_that_can_be_set_have_the_defaults_of_their_settings() -> None:
    known = {option.flag: option for option in options()}
    named = {row[2].strip("`"): row[1] for row in LIMITS if row[2]}
    assert len(named) >= 8
    for flag, default in named.items():
        assert default.split()[0] == known[flag].default_text.strip("`"), flag


def test_limits_that_cannot_be_set_are_those_of_the_source() -> None:
    fixed = {row[0]: row[1] for row in LIMITS if not row[2]}
    assert (
        fixed["path, query string and headers of a request, with chunk sizes and trailers"]
        == f"{LARGEST_HEAD // 1024} KiB"
    )
    assert fixed["time for a request to arrive, with its body"] == f"{REQUEST_WITHIN_S:g} s"
    assert fixed["parameters in a query string"] == str(MOST_PARAMETERS)
    assert fixed["events a reader may be behind"] == f"{BROADCASTS_KEPT} of a room"
    assert fixed["life of a token from `POST /session`"] == f"{TOKEN_LIFETIME.days} days"


def test_every_rule_and_flag_it_names_is_there() -> None:
    errors = (ROOT / "docs" / "errors.md").read_text("utf-8")
    for rule in re.findall(r"`((?:requests|streams|signals)_\w+)`", PAGE):
        assert f"| `{rule}` |" in errors
    flags = {option.usage for option in options()} | {"--version", "--help", "--demo", "--no-demo"}
    for flag in re.findall(r"`(?:roomtone )?(--[a-z-]+)", PAGE):
        assert flag in flags


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        assert (ROOT / target).exists(), target

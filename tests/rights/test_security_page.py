"""SECURITY.md's figures and names are those of the source, and every claim names the tests that hold it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from roomtone.http.open_connections import MOST_BESIDE_STREAMS, MOST_UNREAD
from roomtone.http.request_bounds import (
    LARGEST_HEAD,
    MOST_FRAGMENTS,
    MOST_PIPELINED,
    MOST_WAITING,
    REQUEST_WITHIN_S,
    UNREAD_WITHIN_S,
)
from roomtone.identity.tokens import TOKEN_LIFETIME
from roomtone.log.room_log import BROADCASTS_KEPT
from roomtone.media.candidates import CANDIDATES_LIMIT
from roomtone.media.node import signal_queues
from roomtone.media.rtc_connection import CONNECTED_WITHIN
from roomtone.postgres.pools import ANSWER_MARGIN
from roomtone.process import IDLE_WITHIN_S
from roomtone.rows.query import MOST_PARAMETERS
from roomtone.rows.selection import MOST_EMBEDDED, MOST_ITEMS
from roomtone.settings_options import options
from roomtone.transports import sse_response, websocket_outlets
from roomtone.transports.stream_counts import FILES_KEPT, FILES_KEPT_WITH_REQUESTS

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
    source = {
        "path, query string and headers of a request, with chunk sizes and trailers": f"{LARGEST_HEAD // 1024} KiB",
        "time for a request to arrive, with its body": f"{REQUEST_WITHIN_S:g} s",
        "time for a client to read 64 kB of its answer": f"{UNREAD_WITHIN_S:g} s",
        "time for a client to read what waits for its stream; for its WebSocket": f"{sse_response.CUT_OFF_AFTER:g} s; {websocket_outlets.CUT_OFF_AFTER:g} s",
        "answers of one relay process that clients have not read": f"{MOST_UNREAD // 1024**2} MiB",
        "idle time between two requests of a connection": f"{IDLE_WITHIN_S} s",
        "streams, sockets and long polls of one relay process": f"its limit of open files, less {FILES_KEPT_WITH_REQUESTS} (at least half of it)",
        "connections of one relay process": f"its limit of open files, less {FILES_KEPT} (at least two thirds of it), and {MOST_BESIDE_STREAMS} beside the streams",
        "requests sent before the answer to an earlier one": f"{MOST_PIPELINED}",
        "fragments of a WebSocket message; messages that wait": f"{MOST_FRAGMENTS}; {MOST_WAITING}",
        "parameters in a query string": f"{MOST_PARAMETERS}",
        "columns in `select=` or `order=`": f"{MOST_ITEMS}",
        "tables that one request embeds in its rows": f"{MOST_EMBEDDED}",
        "attempt to make a media connection": f"{CONNECTED_WITHIN:g} s",
        "answer of a PostgreSQL that is frozen or cut off": f"{ANSWER_MARGIN:g} s beyond the longest run of a statement",
        "candidates of one connection": f"{CANDIDATES_LIMIT}",
        "signals of one session that wait at a node": f"{signal_queues.WAITING_LIMIT}",
        "events a reader may be behind": f"{BROADCASTS_KEPT} of a room",
        "life of a token from `POST /session`": f"{TOKEN_LIFETIME.days} days",
    }
    assert {what: fixed[what] for what in source} == source


def test_every_rule_and_flag_it_names_is_there() -> None:
    errors = (ROOT / "docs" / "errors.md").read_text("utf-8")
    for rule in re.findall(r"`((?:requests|connections|streams|signals)_\w+)`", PAGE):
        assert f"| `{rule}` |" in errors
    flags = {option.usage for option in options()} | {"--version", "--help", "--demo", "--no-demo"}
    for flag in re.findall(r"`(?:roomtone )?(--[a-z-]+)", PAGE):
        assert flag in flags


PROMISES_NOTHING = {"Report a weakness", "What is not protected"}
EXPLAINS = (  # how sentences begin that give a reason, a limit or advice, and promise nothing
    "Each sentence that promises something names",
    "The relay decides nothing that the database can decide.",
    "So after a fault in the relay's parsing",
    "So give people tokens, not logins.",
    "Every login that can connect can `LISTEN`",
    "An attacker who takes over a relay can nevertheless",
    "Protect it like the database.",
    "A person who can sign in under a new name",
    "A changed client may hide the sign",
    "Everybody who has that address",
    "Who is banned or blocked can listen",
    "A candidate is an address that ICE sends packets to",
    "With `--bus-url`, relays receive events by NATS",
    "Chat, names and seats of all rooms are, and captions",
    "The database could give people false keys",
    "It covers ids and keys, not names",
    "The relay serves the page",
    "Who is there, who speaks and how loud",
    "A packet that comes from an address is answered there.",
    "A block hides nobody, and mutes nobody for others.",
    "Elsewhere, tokens come from your own issuer",
    "The house band, and bots with",
    "Give it to nobody else.",
    "Otherwise any web page could",
    "Addresses are always answered",
    "A proxy brings everybody",
    "The file `schema/",
    "What looks alike is Unicode's own table",
    "`SameSite` does not tell ports",
    "Serve a client of your own",
    "Cookies do not tell ports apart either",
    "Give Roomtone a host name of its own",
    "The TURN server cannot ask",
    "Its own configuration decides where it relays to",
    "A speaker's browser may send",
    "Every user of a machine can read its command lines.",
    "A database password may also stand in",
)
SENTENCE = re.compile(r"(?<=\.)((?:\[\^[\w-]+\])*)\s+(?=[A-Z`*])")
NOTE = re.compile(r"\[\^([\w-]+)\]")
BODY, *_ = PAGE.partition("\n[^")
TESTS = {
    name: re.findall(r"`([^`]+)`", tests)
    for name, tests in re.findall(r"^\[\^([\w-]+)\]: (.*)$", PAGE, re.MULTILINE)
}


def sentences() -> Iterator[tuple[str, list[str]]]:
    """Every sentence that may promise something, without Markdown's line breaks, and the names of its notes."""
    for section in re.split(r"^#+ ", BODY, flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        if title in PROMISES_NOTHING:
            continue
        prose = "\n".join("" if line.startswith("|") else line for line in text.splitlines())
        for block in re.split(r"\n\s*\n|^- ", prose, flags=re.MULTILINE):
            parts = SENTENCE.split(" ".join(block.split()))
            for sentence, notes in zip(parts[::2], [*parts[1::2], ""], strict=True):
                words = NOTE.sub("", sentence)
                if words:
                    yield words, NOTE.findall(sentence + notes)


def test_every_sentence_that_promises_something_names_its_tests() -> None:
    without = [sentence for sentence, notes in sentences() if not notes]
    assert [each for each in without if not each.startswith(EXPLAINS)] == []
    assert len(without) == len(EXPLAINS), "a sentence that is gone is still listed here"


def test_every_note_is_used_and_explained() -> None:
    assert {*TESTS} == {*NOTE.findall(BODY)}
    assert all(TESTS.values())


def test_every_test_that_the_page_names_exists() -> None:
    """Who renames a test renames it in SECURITY.md, too."""
    known = {}
    for named in {each for tests in TESTS.values() for each in tests}:
        path, _, name = named.partition("::")
        if path not in known:
            tree = (
                ast.parse((ROOT / path).read_text("utf-8"))
                if (ROOT / path).exists()
                else ast.Module([], [])
            )
            functions = (ast.FunctionDef, ast.AsyncFunctionDef)
            known[path] = {node.name for node in tree.body if isinstance(node, functions)}
        assert name in known[path], named


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        assert (ROOT / target).exists(), target

"""Transcripts in the pages: what is typed into psql, and what it answers.

A block fenced as ```psql is typed line by line. `anna=> select …;` goes to the session called anna,
which is opened when it first speaks; `anna->` continues a statement. What follows is its answer. The
sessions of a page share one fresh database with the demo in it, and what they did before still holds.
A statement that has to wait is answered by `(waits)`, and later `anna goes on` is answered by the rest.

Ids of sessions, times and durations differ on every run and are not compared, nor is how wide a table
is drawn; `…` stands for anything. A lesson of docs/course has the room and the people that `roomtone lesson` makes, and
`<!-- ada walks in -->` stands for what a reader does in the browser. To write the answers of a page again:

    python -m tests.docs.transcripts docs/listen-notify.md
"""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from roomtone.cli.lesson_room import lesson_room
from roomtone.postgres.embedded import EmbeddedPostgres
from roomtone.postgres.install import install
from roomtone.postgres.programs import psql_command, psql_environment
from roomtone.tools.database_server import OPERATOR

from ..patience import PATIENCE

DOCS = Path(__file__).parents[2] / "docs"
FENCE = re.compile(r"^```psql\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PART = re.compile(rf"{FENCE.pattern}|^<!-- (?P<walks_in>[a-z]+) walks in -->$", FENCE.flags)
PROMPT = re.compile(r"^(?P<who>[a-z]+)(?P<kind>[=-])[*!]?[>#] ?(?P<text>.*)$")
GOES_ON = re.compile(r"^(?P<who>[a-z]+) goes on$")
WAITS = "(waits)"
MARK = "--- answered ---"


@dataclass
class Step:
    """A command typed into a session (or a waiting session that continues), and the answer on the page."""

    who: str
    shown: list[str]  # the lines of the page, prompts included
    typed: str | None  # None: the session goes on by itself
    answer: list[str]


def pages() -> list[Path]:
    """The pages that have transcripts."""
    return sorted(path for path in DOCS.rglob("*.md") if FENCE.search(path.read_text("utf-8")))


def steps(block: str) -> list[Step]:
    """What happens in one block. Raises ValueError when it begins with an answer."""
    found: list[Step] = []
    for line in block.splitlines():
        prompt, goes_on = PROMPT.match(line), GOES_ON.match(line)
        if goes_on:
            found.append(Step(goes_on["who"], [line], None, []))
        elif prompt and prompt["kind"] == "=":
            found.append(Step(prompt["who"], [line], prompt["text"], []))
        elif not found:
            raise ValueError(f"nobody typed anything before {line!r}")
        elif prompt:
            found[-1].shown.append(line)
            found[-1].typed = f"{found[-1].typed}\n{prompt['text']}"
        else:
            found[-1].answer.append(line)
    return found


class Session:
    """psql on a pipe, as `roomtone psql` opens it."""

    def __init__(self, url: str, name: str, more: dict[str, str]) -> None:
        self._psql = subprocess.Popen(
            [*psql_command(url), "--no-readline"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **psql_environment(url), **more, "PGAPPNAME": name, "PAGER": ""},
        )
        assert self._psql.stdout is not None
        os.set_blocking(self._psql.stdout.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._psql.stdout, selectors.EVENT_READ)
        self._heard = ""

    def type(self, text: str) -> None:
        assert self._psql.stdin is not None
        self._psql.stdin.write(f"{text}\n\\echo '{MARK}'\n".encode())
        self._psql.stdin.flush()

    def answer(self, waits: Callable[[], bool] = lambda: False) -> list[str] | None:
        """The lines of the answer; None when `waits` says that there will be none for now."""
        assert self._psql.stdout is not None
        deadline = time.monotonic() + PATIENCE
        while f"{MARK}\n" not in self._heard:
            if waits():
                return None
            if time.monotonic() > deadline:
                raise TimeoutError(f"no answer but {self._heard!r}")
            if self._selector.select(0.05):
                piece = self._psql.stdout.read()
                if piece == b"":
                    raise EOFError(f"psql ended, saying {self._heard!r}")
                self._heard += (piece or b"").decode()
        heard, self._heard = self._heard.split(f"{MARK}\n", 1)
        return [line.rstrip() for line in heard.splitlines()]

    def close(self) -> None:
        self._selector.close()
        self._psql.kill()
        self._psql.wait()
        for pipe in (self._psql.stdin, self._psql.stdout):
            if pipe is not None:
                pipe.close()


class Stage:
    """The sessions of one page, on one database."""

    def __init__(self, url: str, page: Path) -> None:
        self._url = url
        self._sessions: dict[str, Session] = {}
        self._ends = ExitStack()
        self._watch = self._ends.enter_context(psycopg.connect(url, **OPERATOR))
        self._room: int | None = None
        if page.parent.name == "course":
            number = int(page.stem.partition("-")[0])
            self._room = self._ends.enter_context(lesson_room(self._watch, number))
            # `make run` has nodes; no audio flows here, so that one is alive is enough.
            self._watch.execute("select roomtone.node_register('of the reader', 'sfu', 1000)")

    def __enter__(self) -> Self:
        return self

    def walks_in(self, username: str) -> None:
        """What the page does for a reader who opens the lesson's room."""
        self._watch.execute(
            "insert into roomtone.participants (room_id, user_id) select %s, id from roomtone.users where username = %s",
            (self._room, username),
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for session in self._sessions.values():
            session.close()
        self._ends.close()

    def play(self, step: Step) -> list[str]:
        """Do it, and return the real answer."""
        if step.who not in self._sessions:
            room = {} if self._room is None else {"ROOMTONE_PSQL_ROOM": str(self._room)}
            self._sessions[step.who] = Session(self._url, step.who, room)
        session = self._sessions[step.who]
        if step.typed is not None:
            session.type(step.typed)
        may_wait = step.answer[:1] == [WAITS]
        answer = session.answer((lambda: self._waits(step.who)) if may_wait else (lambda: False))
        return [WAITS] if answer is None else answer

    def _waits(self, who: str) -> bool:
        """Whether the session waits for a lock, or for its commit to reach another machine."""
        row = self._watch.execute(
            "select from pg_stat_activity where application_name = %s and datname = current_database()"
            " and state = 'active' and (wait_event_type = 'Lock' or wait_event = 'SyncRep')",
            (who,),
        ).fetchone()
        return row is not None


VARIES = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?([+-]\d\d)?"), "<time>"),
    (re.compile(r"\d\d:\d\d:\d\d(\.\d+)?"), "<time>"),
    (re.compile(r"\bPID \d+"), "PID <pid>"),
    (re.compile(r"\b\d{13}-(?=\d)"), "<epoch>-"),
    (re.compile(r"\b\d+\.\d+\b"), "<number>"),
    (re.compile(r'database "\w+"'), "database <name>"),
    (re.compile(r"[-+]{3,}"), "<rule>"),
    (re.compile(r"\s+"), " "),
)


def comparable(line: str) -> str:
    """The line without what differs on every run."""
    for pattern, name in VARIES:
        line = pattern.sub(name, line)
    return line.strip()


def agrees(expected: list[str], real: list[str]) -> bool:
    """Whether the page says what psql said."""
    said = "\n".join(comparable(line) for line in real)
    wanted = "\n".join(comparable(line) for line in expected)
    pattern = ".*".join(re.escape(part) for part in wanted.split("…"))
    return re.fullmatch(pattern, said, re.DOTALL) is not None


def _written(lines: list[str]) -> list[str]:
    return [line for line in lines if line.strip()]


def differences(page: Path, url: str) -> Iterator[str]:
    """Types a page into psql, and yields each answer that differs from the page."""
    with Stage(url, page) as stage:
        for part in PART.finditer(page.read_text("utf-8")):
            if part["walks_in"]:
                stage.walks_in(part["walks_in"])
                continue
            for step in steps(part[1]):
                expected, real = _written(step.answer), _written(stage.play(step))
                if not agrees(expected, real):
                    yield "\n".join(
                        [*step.shown, "-- the page says", *expected, "-- psql says", *real]
                    )


def rewritten(page: Path, url: str) -> str:
    """The page with the answers psql gives, where they are not what it says already."""
    with Stage(url, page) as stage:

        def answered(block: re.Match[str]) -> str:
            if block["walks_in"]:
                stage.walks_in(block["walks_in"])
                return block[0]
            lines: list[str] = []
            for step in steps(block[1]):
                real = stage.play(step)
                blank = [""] if real[-1:] == [""] else []  # psql leaves a line after a table
                agreed = agrees(_written(step.answer), _written(real))
                lines += [*step.shown, *_written(step.answer if agreed else real), *blank]
            if lines[-1:] == [""]:
                lines.pop()
            return "```psql\n" + "\n".join(lines) + "\n```"

        return PART.sub(answered, page.read_text("utf-8"))


def main(names: list[str]) -> None:
    for page in [Path(name) for name in names] or pages():
        with (
            tempfile.TemporaryDirectory(prefix="roomtone-transcripts-") as folder,
            EmbeddedPostgres(Path(folder), durable=False) as postgres,
        ):
            install(postgres.url, demo=True)
            page.write_text(rewritten(page, postgres.url), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

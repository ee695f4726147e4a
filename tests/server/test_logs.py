"""Logging: equal lines are folded, and how many were left out is logged."""

from __future__ import annotations

import io
import logging
from queue import Queue

import pytest
from roomtone import logs
from roomtone.logs import EACH_S, FoldEqualLines
from roomtone.rows import catalogue

from ..patience import PATIENCE
from ..people import Psql
from ..running import RunningRelay


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def written(lines: list[tuple[float, str]]) -> list[str]:
    """The lines that are logged for these warnings, each at its time."""
    clock, out = Clock(), io.StringIO()
    handler = logging.StreamHandler(out)
    fold = FoldEqualLines(handler.emit, clock)
    handler.addFilter(fold)
    log = logging.Logger("test")
    log.addHandler(handler)
    for at, text in lines:
        clock.now = at
        log.warning("%s went wrong", text, extra={"cause": text.split()[0]})
    fold.report()
    return out.getvalue().splitlines()


def test_equal_lines_are_folded_to_one_a_minute_with_a_count() -> None:
    many = [(n / 100, f"A {n}") for n in range(500)]
    later = (EACH_S + 1, "A again")
    assert written([*many, (6, "B"), later, (EACH_S + 2, "A too")]) == [
        "A 0 went wrong",
        "B went wrong",
        "A again went wrong (and 499 more like this)",
        "1 more like this: A again went wrong",  # at the end, if no further line is logged
    ]


def test_lines_left_out_are_counted_a_minute_later_though_no_more_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logs, "EACH_S", 0.05)
    said: Queue[str] = Queue()
    fold = FoldEqualLines(lambda record: said.put(record.getMessage()), clock=lambda: 0.0)
    log = logging.Logger("test")
    log.addFilter(fold)
    for _ in range(3):
        log.warning("it went wrong", extra={"cause": "x"})
    assert "more like this: it went wrong" in said.get(timeout=PATIENCE)


def test_equal_errors_caused_by_a_client_are_logged_once(
    relay: RunningRelay, psql: Psql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "REFRESH_AT_MOST_EVERY_S", 0.0)
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(FoldEqualLines(handler.emit))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        with relay.client() as anonymous:
            psql.run(
                "create function roomtone.broken() returns int language plpgsql as"
                " $$ begin raise exception 'broken' using errcode = 'XX000', detail = 'a row'; end $$;"
                " grant execute on function roomtone.broken to public"
            )
            for _ in range(20):
                assert anonymous.post("/rows/rpc/broken", json={}).status_code == 500
    finally:
        root.removeHandler(handler)
    assert out.getvalue().count("XX000 broken") == 1
    assert "a row" not in out.getvalue()

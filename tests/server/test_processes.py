"""Several processes behind one port."""

from __future__ import annotations

import multiprocessing
import os

import pytest
from roomtone import process
from roomtone.cli.outcome import EXPECTED
from roomtone.process import Worker, bind, serve_many
from roomtone.serving_errors import CannotServeError
from roomtone.settings import Settings


def test_a_first_process_that_ends_at_once_is_reported_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ends(*_: object) -> Worker:
        spawn = multiprocessing.get_context("spawn")
        receiving, sending = spawn.Pipe(duplex=False)
        ended = spawn.Process(target=os._exit, args=(3,))
        ended.start()
        sending.close()
        return Worker(ended, receiving)

    monkeypatch.setattr(process, "_spawn", ends)
    with (
        bind("127.0.0.1", 0) as listening,
        pytest.raises(CannotServeError, match="ended with status 3 before it served"),
    ):
        serve_many(Settings(workers=2), "", listening, lambda: None)
    assert issubclass(CannotServeError, EXPECTED)

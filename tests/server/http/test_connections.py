"""The line: every connection inherits how its death is noticed."""

from __future__ import annotations

import logging
import socket
from pathlib import Path

import pytest
import uvicorn.protocols.http.httptools_impl
from roomtone.http.connections import OPTIONS, about_no_cut_reader
from roomtone.process import bind


@pytest.mark.parametrize("name", [name for name in OPTIONS if hasattr(socket, name)])
def test_an_accepted_connection_inherits_the_doors_options(name: str) -> None:
    level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
    with bind("127.0.0.1", 0) as door:
        door.listen()
        with socket.create_connection(door.getsockname()):
            line, _ = door.accept()
            with line:
                assert line.getsockopt(level, getattr(socket, name)) == OPTIONS[name]


def test_a_reader_cut_off_is_no_error_in_the_log() -> None:
    words = "ASGI callable returned without completing response."
    assert words in Path(uvicorn.protocols.http.httptools_impl.__file__).read_text()
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, words, (), None)
    assert not about_no_cut_reader(record)

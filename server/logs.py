"""Logging of a process: plain lines, or lines of JSON. Clients cannot fill the disk with log lines.

Clients can cause warnings and errors as fast as they send requests. So only one of several equal lines is
written per minute. The next one, or a line a minute later or at the end, says how many were left out.
"""

from __future__ import annotations

import atexit
import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from .request_id import request_id

TIMED: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
UNTIMED: Final = "%(name)s: %(message)s"

EACH_S: Final = 60.0
MOST_KINDS: Final = 1000


@dataclass
class _Kind:
    until: float
    first: logging.LogRecord
    left_out: int = 0


class FoldEqualLines(logging.Filter):
    """Lines are equal when the same statement wrote them for the same kind of cause.

    Their other text, such as a path or an address, is often chosen by a client. A statement that has several
    causes names the cause: `extra={"cause": …}`. `write` gets the lines that only say how many were left out.
    """

    def __init__(
        self,
        write: Callable[[logging.LogRecord], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._write = write
        self._clock = clock
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None
        self._kinds: OrderedDict[object, _Kind] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:  # these are not logged on a relay in production
            return True
        with self._lock:
            now, key = self._clock(), _key(record)
            kind = self._kinds.pop(key, None)
            if kind is not None and now < kind.until:
                kind.left_out += 1
                self._kinds[key] = kind
                self._report_later()
                return False
            self._kinds[key] = _Kind(now + EACH_S, _text_of(record))
            if len(self._kinds) > MOST_KINDS:
                self._report(self._kinds.popitem(last=False)[1])
            if kind is not None and kind.left_out:
                record.msg = f"{record.getMessage()} (and {kind.left_out} more like this)"
                record.args = ()
            return True

    def report(self) -> None:
        """Write how many lines were left out since the last report."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            for kind in self._kinds.values():
                self._report(kind)

    def _report_later(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(EACH_S, self.report)
            self._timer.daemon = True
            self._timer.start()

    def _report(self, kind: _Kind) -> None:
        if kind.left_out:
            text = f"{kind.left_out} more like this: {kind.first.msg}"
            kind.until, kind.left_out = self._clock() + EACH_S, 0
            self._write(logging.makeLogRecord(kind.first.__dict__ | {"msg": text}))


def _text_of(record: logging.LogRecord) -> logging.LogRecord:
    """The same line without its traceback, which would keep objects in memory."""
    without = {"msg": record.getMessage(), "args": (), "exc_info": None, "exc_text": None}
    return logging.makeLogRecord(record.__dict__ | without | {"stack_info": None})


def _key(record: logging.LogRecord) -> object:
    error = record.exc_info[1] if record.exc_info else None
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = (trace.tb_frame.f_code, trace.tb_lineno) if trace is not None else None
    cause = getattr(record, "cause", None)
    # by the place in the code: the text can be different each time
    return record.name, record.pathname, record.lineno, cause, type(error), where


class Plain(logging.Formatter):
    """A line for people; at its end the id of the request that caused it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as logging has it
        known_as = getattr(record, "request_id", None)
        return super().formatMessage(record) + (f" [{known_as}]" if known_as else "")


class Json(logging.Formatter):
    """A line of JSON for each record, whatever its text contains."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "pid": record.process,
        }
        for more in ("request_id", "cause", "seconds"):
            if (value := getattr(record, more, None)) is not None:
                line[more] = value
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def add_request_id(record: logging.LogRecord) -> bool:
    """A filter that leaves nothing out."""
    if not hasattr(record, "request_id"):  # a report of what was left out is about an older request
        record.request_id = request_id.get()
    return True


def configure(level: str, form: str, *, timed: bool = True) -> None:
    """Log to standard error. Every process of Roomtone does.

    `form`: plain or json (`LogFormat` of the settings). `timed`: plain lines begin with time and level.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(Json() if form == "json" else Plain(TIMED if timed else UNTIMED))
    handler.addFilter(add_request_id)  # before the next, which keeps records
    handler.addFilter(FoldEqualLines(handler.emit))
    logging.basicConfig(level=level.upper(), handlers=[handler])


def report_left_out() -> None:
    """Write how many lines were left out, before the process ends."""
    for handler in logging.getLogger().handlers:
        for each in handler.filters:
            if isinstance(each, FoldEqualLines):
                each.report()


atexit.register(report_left_out)

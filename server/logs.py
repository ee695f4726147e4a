"""Logging of a process: where it goes, and that nobody can fill it.

Clients can cause warnings and errors as fast as they send requests. Of equal lines one a minute is written,
and the next one says how many were left out.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

EACH_S: Final = 60.0
MOST_KINDS: Final = 1000


@dataclass
class _Kind:
    until: float
    left_out: int = 0


class FoldEqualLines(logging.Filter):
    """Lines are equal when the same statement wrote them for the same kind of cause.

    What they tell beside that, such as a path or an address, is often chosen by a client. A statement that
    has several causes says which: `extra={"cause": …}`.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: OrderedDict[object, _Kind] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:  # nobody asks for these in a house with strangers
            return True
        now, key = self._clock(), _key(record)
        kind = self._kinds.pop(key, None)
        if kind is not None and now < kind.until:
            kind.left_out += 1
            self._kinds[key] = kind
            return False
        self._kinds[key] = _Kind(now + EACH_S)
        if len(self._kinds) > MOST_KINDS:
            self._kinds.popitem(last=False)
        if kind is not None and kind.left_out:
            record.msg = f"{record.getMessage()} (and {kind.left_out} more like this)"
            record.args = ()
        return True


def _key(record: logging.LogRecord) -> object:
    error = record.exc_info[1] if record.exc_info else None
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = (trace.tb_frame.f_code, trace.tb_lineno) if trace is not None else None
    cause = getattr(record, "cause", None)
    # by the place that wrote it, for a text that was put together there is different each time
    return record.name, record.pathname, record.lineno, cause, type(error), where


def configure(level: str, form: str) -> None:
    """Log to standard error, as every process of ours does."""
    logging.basicConfig(level=level.upper(), format=form)
    for handler in logging.getLogger().handlers:
        if not any(isinstance(each, FoldEqualLines) for each in handler.filters):
            handler.addFilter(FoldEqualLines())

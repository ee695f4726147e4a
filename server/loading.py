"""How a process loads the modules that it keeps until its end."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Nothing looks for garbage until the block ends: what is loaded stays, so it would be in vain."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

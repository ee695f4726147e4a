"""Payloads of NOTIFY that any login may send: `cases/notifications.json`, and the generated ones it describes."""

from __future__ import annotations

import json
import random
from pathlib import Path

CASES = json.loads((Path(__file__).parent / "cases" / "notifications.json").read_text("utf-8"))

WELL_FORMED = '{"room":1,"seq":99999999999,"hallway":99999999999}'
"""The one case that is well formed. It is false, which only the database can tell."""


def random_text(size: int, seed: int = 9) -> str:
    """This many bytes of valid UTF-8 without NUL, which PostgreSQL allows in no payload."""
    chosen = random.Random(seed)
    letters = "".join(chosen.choice("\x01\x1f\"'\\{}[]:,0aé中😀\ufeff\u202e") for _ in range(size))
    return letters.encode()[:size].decode(errors="ignore").ljust(size, "x")[:size]


GENERATED = ["[" * 7900, '{"a":' * 1500, random_text(7999).encode()[:7999].decode(errors="ignore")]

MALFORMED = [payload for payload in CASES["payloads"] if payload != WELL_FORMED] + GENERATED

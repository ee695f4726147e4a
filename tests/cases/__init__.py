"""Small inputs with the right answer to each, as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def cases(name: str, key: str) -> list[dict[str, Any]]:
    """The cases under this key of `<name>.json`."""
    text = Path(__file__).with_name(f"{name}.json").read_text("utf-8")
    found: list[dict[str, Any]] = json.loads(text)[key]
    return found

"""Axe finds no flaw on any page, state or dialog: by day, by night, with forced colours, and at 200 %."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import run_relay
from .states import WALKS, Evening
from .test_accessibility import COLOURS, NO_COLOURS, flaws
from .user_page import DESKTOP, ZOOMED

DAY = "by day"
SHOWN: dict[str, dict[str, Any]] = {
    "by night": {"color_scheme": "dark", "forced_colors": "none"},
    "with forced colours": {"color_scheme": "dark", "forced_colors": "active"},
    DAY: {"color_scheme": "light", "forced_colors": "none"},
}


@pytest.mark.parametrize(
    ("walk", "size"),
    [*((walk, ZOOMED) for walk in WALKS), ("room", DESKTOP)],
    ids=lambda value: value if isinstance(value, str) else f"{value[0]}px",
)
def test_axe_finds_no_flaw_on_any_page_state_or_dialog(
    context: BrowserContext,
    database_url: str,
    psql: Psql,
    tmp_path: Path,
    walk: str,
    size: tuple[int, int],
) -> None:
    """Colours are checked once for all texts that are styled alike; at night and with forced colours on one size."""
    found: list[str] = []
    with run_relay(database_url, demo=True, recordings_dir=tmp_path) as relay:
        for name, user in WALKS[walk](Evening(context, relay, psql, tmp_path, size)):
            found += flaws(user, name, NO_COLOURS)
            for shown, media in SHOWN.items():
                if shown != DAY and size != ZOOMED:
                    continue
                user.page.emulate_media(**media)
                found += flaws(user, f"{name}, {shown}", COLOURS, new_in=shown)
            # Dialogs stay open while the page is made wider; what "room" shows would close.
            if walk == "dialogs":
                user.resize(DESKTOP)
                found += flaws(user, f"{name}, on a wide page", NO_COLOURS)
                found += flaws(user, f"{name}, on a wide page", COLOURS, new_in=DAY)
                user.resize(ZOOMED)
    assert found == []

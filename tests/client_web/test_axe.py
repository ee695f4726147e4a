"""Axe finds no flaw on any page, state or dialog: by day, by night, with forced colours, and at 200 %."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from ..people import Psql
from ..running import RunningRelay
from .states import WALKS, Evening, browser_context
from .test_accessibility import COLOURS, NO_COLOURS, flaws
from .user_page import DESKTOP, ZOOMED, UserPage

pytestmark = pytest.mark.shares_a_relay

DAY = "by day"
SHOWN: dict[str, dict[str, Any]] = {
    DAY: {"color_scheme": "light", "forced_colors": "none"},
    "with forced colours": {"color_scheme": "dark", "forced_colors": "active"},
    "by night": {"color_scheme": "dark", "forced_colors": "none"},
}

# Every switch would begin a transition of each colour of each element, only to be ended.
AT_REST = """(isAtRest) => {
    if (!globalThis.atRest) {
        globalThis.atRest = new CSSStyleSheet()
        atRest.replaceSync('*, ::before, ::after, ::backdrop { transition: none !important }')
    }
    document.adoptedStyleSheets = isAtRest ? [atRest] : []
}"""


class Shown:
    """How pages are shown at present. A page stays as it is until the next state, so that each state takes two switches for three ways."""

    def __init__(self) -> None:
        self._now: dict[UserPage, str] = {}

    def ways(self, user: UserPage) -> list[str]:
        """All of them, and first how this page is shown now."""
        return sorted(SHOWN, reverse=self._now.get(user, DAY) != DAY, key=list(SHOWN).index)

    def switch(self, user: UserPage, way: str) -> None:
        if self._now.get(user, DAY) != way:
            user.page.emulate_media(**SHOWN[way])
            self._now[user] = way


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recordings")


@pytest.fixture(scope="module")
def relay_settings(recordings: Path) -> dict[str, Any]:
    return {"demo": True, "recordings_dir": recordings}


@pytest.fixture(scope="module")
def looks() -> dict[str, set[str]]:
    """The looks of texts whose colours were checked, on any page, for each way to show it."""
    return {way: set() for way in SHOWN}


@pytest.mark.parametrize("walk", WALKS)
def test_axe_finds_no_flaw_on_any_page_state_or_dialog(
    browser: Browser,
    relay: RunningRelay,
    psql: Psql,
    recordings: Path,
    looks: dict[str, set[str]],
    walk: str,
) -> None:
    """Colours are checked once for all texts that are styled alike; at night and with forced colours on one size."""
    found: list[str] = []
    shown = Shown()
    with browser_context(browser, ZOOMED) as context:
        evening = Evening(context, relay, psql, recordings, ZOOMED)
        for name, user, on_wide_pages in WALKS[walk](evening):
            found += flaws(user, name, NO_COLOURS)
            user.page.evaluate(AT_REST, True)
            for way in shown.ways(user):
                shown.switch(user, way)
                found += flaws(user, f"{name}, {way}", COLOURS, known_looks=looks[way])
            # A room has more beside it, and its bar more in it.
            if walk in ("room", "dialogs") and on_wide_pages:
                user.resize(DESKTOP)
                found += flaws(user, f"{name}, on a wide page", NO_COLOURS)
                shown.switch(user, DAY)
                found += flaws(user, f"{name}, on a wide page", COLOURS, known_looks=looks[DAY])
                user.resize(ZOOMED)
            user.page.evaluate(AT_REST, False)
    assert found == []

"""How a room's audio is sent, on the page: a line for everybody, a choice for the host, and texts for what goes wrong."""

from __future__ import annotations

import re

import aioice.ice
import pytest
from playwright.sync_api import BrowserContext

from ..people import Psql
from ..running import RunningRelay
from .browser import expect_refusals
from .nodes import nodes, waits_for_nodes
from .participant import participants
from .test_accessibility import flawless_day_and_night
from .test_look_layout import fits
from .user_page import DESKTOP


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice ignores 127.0.0.1, the only address here."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: ["127.0.0.1"])


def test_the_host_chooses_the_topology_and_everybody_reads_it(
    context: BrowserContext, relay: RunningRelay, database_url: str, psql: Psql
) -> None:
    room = psql.room("rick", "Relay race")
    inside = participants(context, relay, room, rick=400, beth=700)
    rick, beth = inside.values()
    for each in inside.values():
        each.page.keyboard.press("m")
        assert each.page.get_by_text("Audio goes").filter(visible=True).count() == 0, "nobody asked"
    topologies = rick.page.get_by_role("dialog", name="How the sound travels")

    # It is automatic, and the inspector says why.
    beth.page.keyboard.press("g")
    beth.page.get_by_role("region", name="Inspector").get_by_text(
        "topology auto: mesh, because few people are here."
    ).wait_for()
    beth.page.keyboard.press("g")

    # By keyboard; refused beside the choice while there is no node.
    rick.page.locator(".topology").focus()
    rick.page.keyboard.press("Enter")
    topologies.get_by_text("Audio goes directly from person to person.").wait_for()
    topologies.get_by_text("Now directly, because few people are here.").wait_for()
    assert topologies.get_by_role("radio", name=re.compile("^Automatic")).is_checked()
    topologies.get_by_text("Here you get 1 voice. When you talk, you send once.").first.wait_for()
    topologies.get_by_role("radio", name=re.compile("^Directly")).focus()
    rick.page.keyboard.press("ArrowDown")
    rick.page.keyboard.press("Enter")
    topologies.get_by_role("alert").get_by_text("No audio server for this is running.").wait_for()
    flawless_day_and_night(rick, "how the sound travels")
    fits(rick)
    rick.resize(DESKTOP)
    with nodes(database_url, "sfu", "mcu"):
        waits_for_nodes(psql, "sfu", "mcu")
        topologies.get_by_role("button", name="Change").click()
        topologies.wait_for(state="hidden")
        for each, other in ((rick, "beth"), (beth, "rick")):
            said = "Audio goes through a server, which forwards every voice"
            each.page.get_by_role("status").get_by_text(said).wait_for()
            each.seat(other).and_(each.page.locator("[data-state=speaking]")).wait_for()
            each.sees_seated("rick", "beth")
        beth.looks_at("rick")
        beth.page.get_by_label("Volume for you").wait_for()

        rick.page.locator(".topology").click()
        topologies.get_by_role("radio", name=re.compile("^Mixed by a server")).check()
        waits_for_nodes(psql, "sfu", "mcu")
        rick.page.keyboard.press("Enter")
        said = "Audio goes through a server, which mixes all voices into one"
        beth.page.get_by_role("status").get_by_text(said).wait_for()
        beth.reads("You cannot change the volume of one person")
        beth.page.get_by_label("Volume for you").wait_for(state="hidden")
        beth.seat("rick").and_(beth.page.locator("[data-state=speaking]")).wait_for()

        # The inspector shows the signals to and from the node.
        beth.page.keyboard.press("Escape")
        beth.page.keyboard.press("g")
        inspector = beth.page.get_by_role("region", name="Inspector")
        inspector.get_by_role("button", name="you → mcu").click()
        inspector.get_by_text(re.compile("^answer .* from mcu to you")).first.wait_for()
        inspector.get_by_text(re.compile("^offer .* to mcu")).first.wait_for()
        inspector.get_by_text("the node of this room").wait_for()
        beth.page.keyboard.press("g")

        # Other people read the topologies, but cannot choose.
        beth.page.locator(".topology").click()
        beth.page.get_by_text("Only the host can change this.").wait_for()
        assert beth.page.locator(".dialog--choices input:visible").count() == 0
        beth.page.keyboard.press("Escape")
    for each in inside.values():
        each.reads("none is running")
        each.reads("Some people may not hear you now.")
    flawless_day_and_night(beth, "no node")
    fits(beth)
    expect_refusals(*(each.tab for each in inside.values()))
    for each in inside.values():
        assert each.tab.errors == []

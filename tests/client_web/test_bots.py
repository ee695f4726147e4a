"""Browsers and bots in one room: each hears the other."""

from __future__ import annotations

from ..patience import PATIENCE, eventually
from ..people import Psql
from ..running import RunningRelay
from ..server.media.processes import bot, playing
from .conftest import OpenTab


def test_a_browser_hears_a_tone_and_its_own_echo_and_sees_bots_go(
    tab: OpenTab, relay: RunningRelay, psql: Psql, room: int
) -> None:
    rick = tab("rick", tone=660)
    rick.enter(room)
    rick.unmute()
    common = ("--room", room, "--url", relay.url)
    with (
        bot(*common, "--tone", 440, "--name", "beep") as beep,
        bot(*common, "--echo") as echo,
        bot(*common, "--listen") as listener,
    ):
        rick.until("() => roomtone.people().length === 4", within=PATIENCE)
        rick.hears("beep", 440)
        rick.hears("echo", 660)
        assert {p["username"]: p["kind"] for p in rick.state["people"]}["beep"] == "bot"
        # The bot's ring follows the audio level in its packets.
        rick.until("() => roomtone.people().find((p) => p.username === 'beep').speaking")
        # After an ICE restart of the browser it is connected again.
        rick.run(
            "() => roomtone.peers().find((p) => p.user_id === roomtone.people()"
            ".find((q) => q.username === 'beep').user_id).peer.restart()"
        )
        rick.run("() => receivedAudio.forget()")
        rick.connects_with("beep")
        rick.hears("beep", 440)
        listener.prints("a listener hears rick speak")
        assert rick.flow("a listener")["packets_in"] == 0
        for each in (beep, echo, listener):
            each.process.kill()
        for name in ("beep", "echo", "a listener"):
            psql.grace_period_ends(name)
        rick.sees("rick")


def test_a_person_alone_in_a_room_hears_the_band(
    tab: OpenTab, relay: RunningRelay, database_url: str, psql: Psql
) -> None:
    home = psql.room("amara", "Trading fours until the tea is cold")
    with playing(database_url):
        eventually(lambda: psql.roster(home) == ["the house band"], within=PATIENCE)
        juno = tab("juno")
        juno.enter(home)
        juno.connects_with("the house band")
        juno.until("() => roomtone.people().find((p) => p.username === 'the house band').speaking")
        eventually(lambda: juno.flow("the house band")["energy_in"] > 0)
        assert juno.flow("the house band")["packets_out"] == 0  # it does not listen
    juno.sees("juno")

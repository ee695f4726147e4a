"""Sound check, personal volumes, the order of speakers, and the lock screen, in a real browser."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from ..patience import eventually
from ..people import Psql
from ..running import RunningRelay
from .browser import open_page, open_tab
from .test_accessibility import flawless
from .test_look_layout import fits
from .test_look_room import REFUSES_THE_MICROPHONE
from .user_page import user_page

# What the browser shows outside of the page, which a headless one does not show.
OUTSIDE = """
    globalThis.outside = { sinks: [], handlers: {}, awake: 0, constraints: [] }
    const { setSinkId } = HTMLMediaElement.prototype
    HTMLMediaElement.prototype.setSinkId = function (id) { outside.sinks.push(id); return setSinkId.call(this, id) }
    navigator.mediaSession.setActionHandler = (action, handler) => { outside.handlers[action] = handler }
    navigator.wakeLock.request = async () => { outside.awake += 1; return Object.assign(new EventTarget(), { release: () => { outside.awake -= 1 } }) }
    const { getUserMedia } = navigator.mediaDevices
    navigator.mediaDevices.getUserMedia = (wanted) => { outside.constraints.push(wanted.audio); return getUserMedia.call(navigator.mediaDevices, wanted) }
    const { enumerateDevices } = navigator.mediaDevices
    navigator.mediaDevices.enumerateDevices = async () => (await enumerateDevices.call(navigator.mediaDevices)).filter(({ label }) => label !== outside.unplugged)
"""


def test_a_sound_check_chooses_measures_plays_and_is_remembered(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    # The browser's own fake devices, which beep.
    with user_page(
        context,
        relay.url,
        "beth",
        path=f"/rooms/{room}",
        before=REFUSES_THE_MICROPHONE.replace(
            "allowed()", "allowed.call(navigator.mediaDevices, { audio: true })"
        )
        + OUTSIDE,
    ) as beth:
        beth.walks_in()
        beth.button("Check your sound").click()
        check = beth.page.get_by_role("dialog", name="Sound check")
        check.get_by_role("alert").get_by_text("allow the microphone in your browser").wait_for()
        check.get_by_role("button", name="Try again").click()
        meter = check.get_by_role("meter", name="Microphone level")
        meter.wait_for()
        # The microphone beeps once a second.
        beth.waits_for(
            """() => {
                const meter = document.querySelector('.meter')
                const shown = meter?.querySelector('[role=meter]').ariaValueNow
                return ['good', 'too_loud'].includes(meter?.dataset.level) && Number(shown) > 50
            }"""
        )
        flawless(beth, "sound check")
        fits(beth)

        microphone = check.get_by_label("Microphone", exact=True)
        microphone.select_option(label="Fake Audio Input 2")
        beth.waits_for("() => outside.constraints.length === 3 && outside.constraints[2].deviceId")
        check.get_by_label("Reduce background noise").press(" ")
        beth.waits_for("() => outside.constraints.at(-1).noiseSuppression === false")
        check.get_by_label("Loudspeaker", exact=True).select_option(label="Fake Audio Output 1")
        check.get_by_role("button", name="Play a tone").click()
        check.get_by_text("Did you hear two notes?").wait_for()
        assert beth.page.evaluate("() => outside.sinks.filter(Boolean).length") == 1

        beth.page.evaluate(
            "() => { outside.unplugged = 'Fake Audio Input 2'; navigator.mediaDevices.dispatchEvent(new Event('devicechange')) }"
        )
        check.get_by_text(
            "Fake Audio Input 2 was unplugged. Your system’s own device is used now."
        ).wait_for()
        beth.waits_for("() => !outside.constraints.at(-1).deviceId")
        beth.page.keyboard.press("Escape")
        beth.page.get_by_text("was unplugged").filter(visible=True).first.wait_for()
        assert beth.button("Check your sound").count() == 0, "offered until it was made"

        beth.page.reload()
        beth.walks_in()
        beth.page.keyboard.press("s")
        assert not check.get_by_label("Reduce background noise").is_checked()
        assert check.get_by_label("Cancel echo").is_checked()
        beth.waits_for(
            "() => document.querySelector('.sound-check select').selectedOptions[0].label === 'Fake Audio Input 2'"
        )


NOTES_WHAT_STOPS = """() => {
    globalThis.stopped = []
    const { stop } = MediaStreamTrack.prototype
    MediaStreamTrack.prototype.stop = function () {
        const sent = roomtone.peers().map(({ peer }) => peer.connection.getSenders()[0].track)
        stopped.push(sent.every((track) => track !== this && track.enabled && track.readyState === 'live'))
        return stop.call(this)
    }
}"""
"""For each track that is stopped, whether another one was sent by then, and sounded."""


def test_a_change_of_sound_processing_leaves_no_gap(
    context: BrowserContext, relay: RunningRelay, room: int
) -> None:
    rick = open_tab(context, relay.url, "rick", tone=440)
    beth = open_tab(context, relay.url, "beth")
    rick.enter(room)
    beth.enter(room)
    rick.unmute()
    beth.hears("rick", 440)
    # Measured, a gap would be of this machine: where other processes have the processors, audio has gaps without any change.
    rick.run(NOTES_WHAT_STOPS)
    for changes in (1, 2):
        before = rick.run("() => roomtone.peers()[0].peer.connection.getSenders()[0].track.id")
        rick.run(
            "() => roomtone.shell.devices.turn('noiseSuppression', !roomtone.shell.devices.state.noiseSuppression)"
        )
        rick.until(
            "(before) => roomtone.peers()[0].peer.connection.getSenders()[0].track.id !== before",
            before,
        )
        rick.until("(count) => stopped.length === count", changes)
        beth.run("() => receivedAudio.forget()")
        beth.hears("rick", 440)
    assert rick.run("() => stopped") == [True, True]
    assert rick.state["me"]["muted"] is False
    # Unplugged: another one is used, and the row is still right.
    rick.run(
        "() => { roomtone.peers()[0].peer.connection.getSenders()[0].track.dispatchEvent(new Event('ended')) }"
    )
    beth.hears("rick", 440)
    rick.until("() => roomtone.state.microphone.state === 'on'")
    assert rick.errors + beth.errors == []


def test_volumes_are_personal_qualities_are_shown_and_the_lock_screen_mutes(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    path = f"/rooms/{room}"
    context.add_init_script(OUTSIDE)
    amara = open_page(context, relay.url, path, "amara", tone=440)
    beth = open_page(context, relay.url, path, "beth", tone=880)
    page, keyboard = beth.page, beth.page.keyboard
    amara.connects_with("beth")
    page.get_by_text("Nobody is speaking").wait_for()
    amara.page.keyboard.press("m")
    page.get_by_text("Speaking: amara", exact=True).wait_for()

    # Holding Space unmutes; not on a slider; losing the focus of the window ends it.
    keyboard.down(" ")
    page.get_by_text("You are heard while you hold Space.").wait_for()
    page.get_by_text("Speaking: amara, then you").wait_for()
    page.evaluate("dispatchEvent(new Event('blur'))")
    page.get_by_text("Your microphone is off").wait_for()
    keyboard.up(" ")

    page.get_by_role("button", name="amara, speaking").press("Enter")
    volume = page.get_by_label("Volume for you")
    for _ in range(4):
        volume.press("ArrowLeft")
    heard = "() => [...roomtone.elements().values()].map(({ volume, muted }) => [volume, muted])"
    beth.until("() => [...roomtone.elements().values()].every(({ volume }) => volume === 0.8)")
    keyboard.press(" ")
    assert beth.state["me"]["muted"]
    page.get_by_role("button", name="Mute for me").press("Enter")
    page.get_by_text("muted for you", exact=True).wait_for()
    beth.until(f"() => JSON.stringify(({heard})()) === '[[0.8,true]]'")
    page.get_by_role("button", name="amara, speaking, muted for you").wait_for()
    assert amara.run(heard) == [[1, False]], "for my ears only"
    # Two readings of the statistics, two seconds apart.
    page.get_by_text("Connection: good.").wait_for()
    assert page.get_by_text("packets").filter(visible=True).count() == 0
    page.get_by_role("button", name="Show in the inspector").click()
    page.get_by_role("region", name="Inspector").get_by_text("0 % of packets lost").wait_for()
    keyboard.press("Escape")
    keyboard.press("m")  # mine is known while I send something
    beth.until("() => roomtone.people().every(({ quality }) => quality?.level === 'good')")
    keyboard.press("m")
    page.get_by_text("Your microphone is off").wait_for()
    page.reload()
    beth.connects_with("amara")
    beth.until(f"() => JSON.stringify(({heard})()) === '[[0.8,true]]'")  # this browser remembers it

    # By the lock screen.
    beth.until("() => navigator.mediaSession.metadata?.title === 'Den'")
    beth.until("() => navigator.mediaSession.metadata.artist === 'amara'")
    beth.until("() => outside.awake === 1")
    beth.run("() => outside.handlers.togglemicrophone()")
    page.get_by_text("You're speaking").wait_for()
    beth.run("() => outside.handlers.pause()")
    page.get_by_text("Your microphone is off").wait_for()
    beth.run("() => outside.handlers.pause()")
    page.get_by_role("button", name="Tap to listen").wait_for()
    beth.until("() => [...roomtone.elements().values()].every(({ paused }) => paused)")
    beth.run("() => outside.handlers.play()")
    page.get_by_role("button", name="Tap to listen").wait_for(state="hidden")
    assert beth.state["me"]["muted"], "a play opens no microphone"
    beth.run("() => outside.handlers.hangup()")
    eventually(lambda: psql.roster(room) == ["amara"])
    beth.until("() => outside.awake === 0 && navigator.mediaSession.playbackState === 'none'")
    assert amara.errors + beth.errors == []


def test_on_a_big_stage_speakers_move_forward_but_not_under_the_pointer(
    context: BrowserContext, relay: RunningRelay, psql: Psql, room: int
) -> None:
    crowd = [f"guest {number}" for number in range(14)]
    for name in crowd:
        psql.seat(room, name)
    path = f"/rooms/{room}"
    with (
        user_page(context, relay.url, "amara", path=path, tone=440) as amara,
        user_page(context, relay.url, "beth", path=path) as beth,
    ):
        amara.walks_in()
        beth.sees_seated(*crowd, "amara", "beth")
        beth.seat("guest 3").hover()
        amara.button("Turn microphone on").click()
        beth.reads("Speaking: amara")
        beth.sees_seated(*crowd, "amara", "beth")
        beth.page.mouse.move(0, 0)
        beth.sees_seated("amara", *crowd, "beth")

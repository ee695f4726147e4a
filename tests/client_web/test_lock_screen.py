"""What the lock screen can do."""

from __future__ import annotations

from playwright.sync_api import Page


def test_a_lock_screen_mutes_and_never_opens_a_microphone(quiet_page: Page) -> None:
    seen = quiet_page.evaluate(
        """async () => {
            const { createLockScreen } = await import('/client/media/lock_screen.js')
            const handlers = {}, done = []
            const session = { metadata: null, playbackState: 'none', setMicrophoneActive: (on) => done.push(`microphone ${on}`),
                setActionHandler(action, handler) {
                    if (action === 'hangup') throw new TypeError('no such action here')
                    handlers[action] = handler
                } }
            const act = (name) => () => done.push(name)
            const screen = createLockScreen({ toggleMicrophone: act('toggle'), mute: act('mute'), pause: act('pause'), listen: act('listen'), leave: act('leave') }, session)
            const room = { title: 'Den', who: 'amara and lior', place: 'Tea', open: false, paused: false }
            screen.show(room)
            const shown = [session.metadata.title, session.metadata.artist, session.metadata.album, session.playbackState]
            handlers.pause()
            screen.show({ ...room, open: true })
            handlers.pause(); handlers.play(); handlers.togglemicrophone(); handlers.stop()
            screen.show({ ...room, paused: true })
            const paused = session.playbackState
            screen.show(null)
            return { shown, done, paused, after: [session.metadata, session.playbackState, handlers.pause] }
        }"""
    )
    assert seen["shown"] == ["Den", "amara and lior", "Tea", "playing"]
    assert seen["done"] == [
        "microphone false",
        "pause",
        "microphone true",
        "mute",
        "listen",
        "toggle",
        "leave",
        "microphone false",
        "microphone false",
    ]
    assert (seen["paused"], seen["after"]) == ("paused", [None, "none", None])

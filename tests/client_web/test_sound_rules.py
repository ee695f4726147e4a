"""Sound without a sound: what is remembered, how lines are judged, in which order people speak, what a lock screen may do."""

from __future__ import annotations

from playwright.sync_api import Page

MEMORY = """
const memory = (kept = {}) => ({ kept, recall: () => structuredClone(kept), keep(value) { this.kept = structuredClone(value) } })
"""

DEVICES = f"""async () => {{
    {MEMORY}
    const {{ createDevices }} = await import('/client/media/devices.js')
    const device = (kind, deviceId, label) => ({{ kind, deviceId, label }})
    const builtIn = [device('audioinput', 'default', 'Default'), device('audioinput', 'a', 'Built-in'), device('audiooutput', 'b', 'Built-in')]
    const headset = (one, two) => [device('audioinput', one, 'Headset'), device('audiooutput', two, 'Headset')]
    const media = Object.assign(new EventTarget(), {{ plugged: [...builtIn, ...headset('c', 'd')], enumerateDevices: async () => media.plugged }})
    const mine = memory({{ microphone: {{ id: 'old', label: 'Headset' }}, echoCancellation: false, noiseSuppression: 'no' }})
    const devices = createDevices({{ media, memory: mine, choosesSpeaker: true }})
    const told = []
    const tell = (what) => told.push([what, devices.state.microphone, devices.state.speaker, devices.state.notice?.text ?? null])
    const plug = async (plugged) => {{
        media.plugged = plugged
        media.dispatchEvent(new Event('devicechange'))
        await new Promise((resolve) => setTimeout(resolve))
    }}
    tell('before they are named')
    await devices.open()
    tell('known by its name')
    devices.choose('speaker', 'd')
    devices.turn('autoGainControl', false)
    const constraints = devices.constraints()
    await plug(builtIn)
    tell('pulled out')
    const without = devices.constraints()
    await plug([...builtIn, ...headset('e', 'f')])
    tell('back')
    await plug([...media.plugged, device('audioinput', 'g', 'Desk')])
    tell('another')
    devices.check()
    devices.close()
    await plug(builtIn)
    tell('closed')
    return {{ told, constraints, without, kept: mine.kept, microphones: devices.state.microphones.map(({{ label }}) => label) }}
}}"""


def test_a_chosen_device_is_remembered_pulled_out_and_back_in_words(quiet_page: Page) -> None:
    seen = quiet_page.evaluate(DEVICES)
    assert seen["told"] == [
        ["before they are named", "old", "", None],
        ["known by its name", "c", "", None],
        ["pulled out", "", "", "Headset was unplugged. Your system’s own takes over."],
        ["back", "e", "f", "Headset is back and in use again."],
        ["another", "e", "f", "Desk was plugged in."],
        ["closed", "e", "f", "Desk was plugged in."],
    ]
    treated = {"noiseSuppression": True, "echoCancellation": False, "autoGainControl": False}
    assert seen["constraints"] == treated | {"deviceId": {"ideal": "c"}}
    assert seen["without"] == treated
    assert seen["kept"] == treated | {
        "microphone": {"id": "old", "label": "Headset"},
        "speaker": {"id": "d", "label": "Headset"},
        "checked": True,
    }
    assert seen["microphones"] == ["Built-in", "Headset", "Desk"]


def test_volumes_are_remembered_within_bounds_and_full_ones_forgotten(quiet_page: Page) -> None:
    seen = quiet_page.evaluate(
        f"""async () => {{
            {MEMORY}
            const {{ createVolumes }} = await import('/client/media/volume.js')
            const mine = memory({{ people: [[7, [40, true]], 'nonsense', [8, ['loud', 'yes']], null] }})
            const volumes = createVolumes({{ memory: mine }})
            const told = []
            volumes.subscribe((user_id, volume) => told.push([user_id, volume.volume, volume.silenced]))
            const before = [volumes.of(7), volumes.of(8), volumes.of(9)]
            volumes.set(9, {{ volume: 250 }})
            volumes.set(9, {{ volume: -3 }})
            volumes.set(7, {{ volume: 100, silenced: false }})
            for (let other = 100; other < 700; other += 1) volumes.set(other, {{ silenced: true }})
            return {{ before: before.map(({{ volume, silenced }}) => [volume, silenced]), told: told.slice(0, 3), kept: mine.kept.people.length, first: mine.kept.people[0] }}
        }}"""
    )
    assert seen == {
        "before": [[40, True], [100, False], [100, False]],
        "told": [[9, 100, False], [9, 0, False], [7, 100, False]],
        "kept": 500,
        "first": [200, [100, True]],
    }


QUALITY = """async () => {
    const { createQuality, assess } = await import('/client/media/quality.js')
    const { lineInWords, lineExplained, troubleInWords } = await import('/client/view/quality.js')
    const count = (received, lost, jitter_ms = 4, round_trip_ms = 12) => ({ received, lost, jitter_ms, round_trip_ms })
    const words = (...looks) => lineInWords(assess(looks))
    const start = count(1000, 10)
    const judged = [
        words(start), words(start, count(1010, 10)), words(start, count(1100, 10)), words(start, count(1097, 13)), words(start, count(1092, 18)),
        words(start, count(1100, 10, 120)), words(start, count(1100, 10, 4, 950)), words(start, count(1200, 5)), lineInWords(null),
    ]
    const weak = assess([start, count(1092, 18)])
    const explained = lineExplained(weak, false)

    // One connection carries two voices and mine; another one mine only, badly.
    let owners = { one: 1, two: 2 }, got = 0, page = { visibilityState: 'visible' }, rounds = 0, resume
    const stats = (lost, mine) => new Map([
        { type: 'transport', id: 't', selectedCandidatePairId: 'p' }, { type: 'candidate-pair', id: 'p', currentRoundTripTime: 0.02 },
        { type: 'inbound-rtp', id: 'i1', kind: 'audio', trackIdentifier: 'one', packetsReceived: rounds * 100, packetsLost: 0, jitter: 0.003 },
        { type: 'inbound-rtp', id: 'i2', kind: 'audio', trackIdentifier: 'two', packetsReceived: rounds * 100 - rounds * lost, packetsLost: rounds * lost, jitter: 0.003 },
        { type: 'outbound-rtp', id: 'o', packetsSent: rounds * 100 },
        { type: 'remote-inbound-rtp', id: 'r', localId: 'o', kind: 'audio', packetsLost: rounds * mine, jitter: 0.001, roundTripTime: 0.03 },
    ].map((each) => [each.id, each]))
    const shared = { getStats: async () => { got += 1; rounds += 1; return stats(9, 0) } }
    const bad = { getStats: async () => new Map([...stats(0, 50)].filter(([id]) => !id.startsWith('i'))) }
    const tick = setInterval
    globalThis.setInterval = (look) => { resume = look; return 1 }
    const seen = []
    const quality = createQuality({ connections: () => [shared, bad], ownerOf: (id) => owners[id], me: 9, page,
        onChange: (all) => seen.push(Object.fromEntries([...all].map(([id, each]) => [id, each.level]))) })
    quality.start()
    globalThis.setInterval = tick
    await resume(); await resume(); await resume()
    page.visibilityState = 'hidden'
    const before = got
    await resume()
    const unseen = got - before
    page.visibilityState = 'visible'
    owners = { one: 2, two: 1 } // the node gave the voices other tracks
    for (let look = 0; look < 4; look += 1) await resume()
    quality.stop()
    return { judged, explained, trouble: troubleInWords(weak), seen, unseen }
}"""


def test_a_line_is_judged_in_words_and_by_whose_voice_it_carries(quiet_page: Page) -> None:
    seen = quiet_page.evaluate(QUALITY)
    assert seen["judged"] == [
        "",
        "",
        "good",
        "a little choppy",
        "weak: 8 % of packets lost",
        "weak: packets come up to 120 ms late",
        "weak: 950 ms there and back",
        "good",
        "",
    ]
    assert seen["explained"] == {
        "title": "Line: weak: 8 % of packets lost",
        "meaning": "You will miss words. The line is theirs, yours, or between you.",
        "numbers": "8 % of packets lost · 5 ms of jitter · 10 ms there and back",
    }
    assert (seen["trouble"], seen["unseen"]) == ("Weak line", 0)
    assert seen["seen"][0] == {"1": "good", "2": "weak", "9": "good"}
    assert seen["seen"][-2:] == [{"1": "weak", "2": "good", "9": "good"}, {}]


def test_people_speak_in_turns_and_a_big_stage_brings_them_forward(quiet_page: Page) -> None:
    seen = quiet_page.evaluate(
        """async () => {
            const { heard, settle, nextPause, stageOrder, NOBODY, PAUSE } = await import('/client/room/speaking.js')
            const { speakersInWords } = await import('/client/view/speakers.js')
            let state = NOBODY
            const turns = () => state.turns.map(({ user_id }) => user_id)
            const told = []
            const say = (user_id, speaks, now) => { state = heard(settle(state, now), user_id, speaks, now); told.push([...turns(), '|', ...state.recent]) }
            say(1, true, 0); say(2, true, 100); say(1, false, 200); say(1, true, 900); say(2, false, 1000); say(2, true, 1000 + PAUSE)
            say(1, false, 4000)
            const due = nextPause(state, 4500)
            const stage = (count) => Array.from({ length: count }, (_, index) => ({ user_id: index + 1 }))
            const order = (count, recent) => stageOrder(stage(count), recent).map(({ user_id }) => user_id).slice(0, 8)
            const names = ['amara', 'beth', 'lior', 'dao', 'zoe'].map((username, index) => ({ username, me: index === 1 }))
            return { told, due, small: order(12, [12, 9]), seen: order(14, [3, 2]), big: order(14, [14, 3, 9, 99]), gone: order(14, []),
                words: [0, 1, 2, 5].map((count) => speakersInWords(names.slice(0, count))) }
        }"""
    )
    assert seen["told"] == [
        [1, "|", 1],
        [1, 2, "|", 2, 1],
        [1, 2, "|", 2, 1],
        [1, 2, "|", 2, 1],
        [1, 2, "|", 2, 1],
        [1, 2, "|", 2, 1],
        [1, 2, "|", 2, 1],
    ]
    assert seen["due"] == 1500
    assert seen["small"] == seen["seen"] == seen["gone"] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert seen["big"] == [9, 14, 1, 2, 3, 4, 5, 6]
    assert seen["words"] == [
        "Nobody is speaking",
        "Speaking: amara",
        "Speaking: amara, then you",
        "Speaking: amara, then you, then lior and 2 more",
    ]


def test_a_pocket_mutes_and_never_opens_a_microphone(quiet_page: Page) -> None:
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


def test_the_screen_stays_awake_in_a_room_and_again_after_it_was_hidden(quiet_page: Page) -> None:
    seen = quiet_page.evaluate(
        """async () => {
            const { createWake } = await import('/client/media/wake.js')
            const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
            const locks = []
            const wakeLock = { async request() {
                const lock = Object.assign(new EventTarget(), { released: false, release() { this.released = true; this.dispatchEvent(new Event('release')) } })
                locks.push(lock)
                return lock
            } }
            const wake = createWake({ wakeLock, page })
            const turn = () => new Promise((resolve) => setTimeout(resolve))
            const told = []
            const see = async (visibilityState) => { page.visibilityState = visibilityState; page.dispatchEvent(new Event('visibilitychange')); await turn() }
            wake.stay(true); wake.stay(true); await turn()
            told.push([wake.held, locks.length])
            locks[0].release() // what a browser does with a hidden page
            await see('hidden')
            told.push([wake.held, locks.length])
            await see('visible')
            told.push([wake.held, locks.length])
            wake.stay(false); await see('visible')
            told.push([wake.held, locks.length, locks.every(({ released }) => released)])
            wake.stay(true); wake.stay(false); await turn()
            told.push([wake.held, locks.every(({ released }) => released)])
            return told
        }"""
    )
    assert seen == [[True, 1], [False, 1], [True, 2], [False, 2, True], [False, True]]


def test_of_two_ways_a_voice_comes_by_one_is_heard_and_the_newer_when_it_carries_it(
    quiet_page: Page,
) -> None:
    seen = quiet_page.evaluate(
        """async () => {
            const { audibleOf, overlaps } = await import('/client/media/overlap.js')
            const way = (name, user_id, carried = [], sounding = []) => ({ name, user_id, carried: new Set(carried), sounding: new Set(sounding) })
            const mix = (name, carried, sounding) => way(name, null, carried, sounding)
            const heard = (...ways) => [[...audibleOf(ways)].map(({ name }) => name).join(' '), overlaps(ways)]
            return {
                settled: heard(way('one', 1), way('two', 2)),
                not_yet: heard(way('old', 1, [1]), way('new', 1)),
                flowing: heard(way('old', 1, [1]), way('new', 1, [1]), way('newest', 1)),
                into_a_mix: heard(way('one', 1, [1]), way('two', 2, [2]), mix('mix', [2], [2])),
                a_mix: heard(mix('mix', [1], [1])),
                out_of_a_mix: heard(mix('mix', [1, 2], [1, 2]), way('one', 1, [1]), way('two', 2)),
                when_only_one_sounds: heard(mix('mix', [1, 2], [1]), way('one', 1, [1]), way('two', 2)),
                when_nobody_sounds: heard(mix('mix', [1, 2], []), way('one', 1)),
                to_another_mix: heard(mix('old', [1], [1]), mix('new', [], [])),
                in_another_mix: heard(mix('old', [1], [1]), mix('new', [1], [1])),
            }
        }"""
    )
    assert seen == {
        "settled": ["one two", False],
        "not_yet": ["old", True],
        "flowing": ["new", True],
        # Whom the mix does not carry yet is heard as before, beside it.
        "into_a_mix": ["one mix", True],
        "a_mix": ["mix", False],
        # The mix cannot lose one voice alone: it goes when all who sound in it come by the new way.
        "out_of_a_mix": ["mix", True],
        "when_only_one_sounds": ["one two", True],
        "when_nobody_sounds": ["one", True],
        "to_another_mix": ["old", True],
        "in_another_mix": ["new", True],
    }

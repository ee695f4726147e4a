/** What is lost, what happens next and what to press; each gone as soon as it is not true any more. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { lossesOf } from '../../../client_web/room/losses.js'
import { lossInWords } from '../../../client_web/view/room/loss_words.js'

const me = { role: 'SPEAKER', muted: true, on_stage: true }
const may = { speak: true, step_up: false, raise_hand: false, lower_hand: false, step_down: true, moderate: false, host: false }
const state = (changed = {}) => ({
  ...{ phase: 'in', reason: null, seatGone: false, times: { seat: 10, role: 600 }, returned: null, me, may, room: { host: 'amara' } },
  ...{ microphone: { state: 'off', problem: null, talking: false, waiting: false }, seatChange: null, devices: { notice: null }, encryption: { phase: 'off', number: null, problem: null } },
  ...{ connectionProblems: [], recording: { running: null, last: null }, handWish: null, chat: { outgoing: [] } },
  ...changed,
})
const returned = (changed = {}) => ({ seat: 'lost', role_before: 'SPEAKER', role: 'SPEAKER', cause: null, microphone: 'off', hand_lost: false, ...changed })
const listener = { me: { role: 'AUDIENCE', muted: true, on_stage: false }, may: { ...may, speak: false, step_down: false, raise_hand: true } }
const ended = (changed = {}) => ({ running: null, last: { id: 4, started_at: 'then', continues_id: null, failure: null, ended_reason: null, ...changed } })

const PROBLEM = { id: 1, at: 0, user_id: null }

/** @type {[string, object, [string, string|null, RegExp][]][]} what is lost, the state, and kind, button and words */
const CASES = [
  ['nothing', {}, []],
  ['nothing while I enter', { phase: 'joining', microphone: { problem: 'refused' } }, []],
  ['the connection', { phase: 'reconnecting', reason: 'network' }, [['connection', 'Connect now', /not connected.*kept for 10 seconds, your role for 10 minutes/u]]],
  ['the connection, for longer than the seat is kept', { phase: 'reconnecting', reason: 'network', seatGone: true }, [['connection', 'Connect now', /given up after 10 seconds.*same role, within 10 minutes/u]]],
  ['the connection with a relay that restarts', { phase: 'reconnecting', reason: 'relay stopping' }, [['connection', 'Connect now', /restarts/u]]],
  ['the seat, which is taken again', { phase: 'reconnecting', reason: 'timeout' }, [['seat', null, /lost your seat.*take it again/u]]],
  ['nothing that is worth telling while the page is left', { phase: 'reconnecting', reason: 'suspended' }, []],
  ['the seat, and I am back', { returned: returned() }, [['seat', 'Turn microphone on', /lost your seat. You are back on the stage, and your microphone is off/u]]],
  ['nothing, when the microphone is on again', { returned: returned(), me: { ...me, muted: false } }, []],
  ['nothing of a seat that was taken again as it was', { returned: returned({ microphone: null }) }, []],
  ['news of my return while I am away again', { phase: 'reconnecting', reason: 'network', returned: returned() }, [['connection', 'Connect now', /./u]]],
  ['the role: time', { returned: returned({ role: 'AUDIENCE', cause: 'time', microphone: null }), ...listener }, [['role', 'Raise hand', /back as a listener. You were away for too long: your role \(on stage\) was kept for 10 minutes/u]]],
  ['the role: a moderator', { returned: returned({ role: 'AUDIENCE', cause: 'moderator', microphone: null }), ...listener }, [['role', 'Raise hand', /changed by the host or a moderator/u]]],
  ['the role: handed over', { returned: returned({ role_before: 'HOST', role: 'MODERATOR', cause: 'handed_over' }) }, [['role', 'OK', /back as a moderator. The room was handed over while you were away. amara is the host/u]]],
  ['the hand', { returned: returned({ role_before: 'AUDIENCE', role: 'AUDIENCE', microphone: null, hand_lost: true }), ...listener }, [['hand', 'Raise hand', /hand is down/u]]],
  ['the microphone', { microphone: { state: 'missing', problem: 'missing' } }, [['microphone', 'Try again', /No microphone was found/u]]],
  ['the microphone of a listener, who needs none', { microphone: { state: 'missing', problem: 'missing' }, ...listener }, []],
  ['the microphone, by a moderator', { seatChange: 'muted' }, [['microphone', 'Turn microphone on', /A moderator turned your microphone off/u]]],
  ['a device', { devices: { notice: { id: 2, changes: [{ label: 'Headset', change: 'unplugged', chosen: true }] } } }, [['device', null, /Headset was unplugged/u]]],
  ['the node', { connectionProblems: [{ ...PROBLEM, kind: 'node', cause: 'node_lost', username: 'sfu-1' }] }, [['node', null, /The connection with the audio server is lost. Roomtone tries to connect again/u]]],
  ['every node, for a host', { connectionProblems: [{ ...PROBLEM, kind: 'node', cause: 'no_node', topology: 'sfu' }], may: { ...may, host: true } }, [['node', 'Choose another way', /none is running/u]]],
  ['one person', { connectionProblems: [{ ...PROBLEM, kind: 'connection', cause: 'cannot_connect', username: 'bo', user_id: 3 }] }, [['person', 'Try again', /You and bo cannot be connected/u]]],
  ['signals that wait, while everything is away', { phase: 'reconnecting', reason: 'network', connectionProblems: [{ ...PROBLEM, kind: 'signal', cause: 'signals_wait', problem: { message: 'busy' } }] }, [['connection', 'Connect now', /./u]]],
  ['the audio of an encrypted room', { encryption: { phase: 'unsupported', number: null, problem: null } }, [['encryption', null, /this browser cannot do that/u]]],
  ['trust in an encrypted room', { encryption: { phase: 'replaced', number: null, problem: null } }, [['encryption', null, /false keys for you/u]]],
  ['the encryption of a room', { encryption: { phase: 'lowered', number: null, problem: null } }, [['encryption', null, /not encrypted any more/u]]],
  ['my voice, which who has left would hear', { encryption: { phase: 'silent', number: null, problem: null } }, [['encryption', null, /nobody hears you/u]]],
  ['the worker of an encrypted room', { encryption: { phase: 'failed', number: null, problem: null } }, [['encryption', null, /could not start the encryption/u]]],
  ['nothing while keys are exchanged', { encryption: { phase: 'preparing', number: null, problem: null } }, []],
  ['the recording', { recording: ended({ failure: 'the disk is full' }), may: { ...may, host: true } }, [['recording', 'Record again', /The recording has ended. The disk is full/u]]],
  ['the recording, for others', { recording: ended({ ended_reason: 'all people had left' }) }, [['recording', 'Listen to it', /It ended because all people had left/u]]],
  ['no recording that was stopped', { recording: ended() }, []],
  ['what I did without a connection', { phase: 'reconnecting', reason: 'network', handWish: true, microphone: { problem: null, waiting: true } },
    [['connection', 'Connect now', /./u], ['unsent', null, /hand is not up yet. This is sent when/u], ['unsent', null, /Your microphone is off. Others may still/u]]],
  ['no hand that is up as I want it', { phase: 'reconnecting', reason: 'network', handWish: true, me: { hand_raised_at: '2026-01-01T00:00:00Z' } }, [['connection', 'Connect now', /./u]]],
  ['nothing of what is being written', { handWish: true, microphone: { problem: null, waiting: true } }, []],
  ['the room', { phase: 'left', reason: 'room ended', chat: { outgoing: [1, 2] } }, [['seat', null, /2 messages of yours did not go out/u]]],
  ['the seat, by a ban', { phase: 'left', reason: 'banned' }, [['seat', null, /^ $/u]]],
  ['the seat, to another tab', { phase: 'left', reason: 'taken over' }, [['seat', 'Come back', /^ $/u]]],
  ['nothing, when I left', { phase: 'left', reason: 'left' }, []],
]
for (const [name, changed, wanted] of CASES) {
  test(`lost: ${name}`, () => {
    const losses = lossesOf(state(changed))
    assert.deepEqual(losses.map((loss) => [loss.kind, lossInWords(loss).press]), wanted.map(([kind, press]) => [kind, press]))
    losses.forEach((loss, index) => assert.match(`${lossInWords(loss).title} ${lossInWords(loss).next}`, wanted[index][2]))
    assert.equal(new Set(losses.map(({ key }) => key)).size, losses.length)
  })
}

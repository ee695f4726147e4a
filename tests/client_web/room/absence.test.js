/** What I come back to after my session was interrupted, and what has to be told about it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createAbsence, returnOf } from '../../../client_web/room/absence.js'

const TIMES = { seat: 10, role: 600 }
const BEFORE = { peer_id: 'one', role: 'SPEAKER', unmuted: true, hand: false, at: 0 }

test('a seat that was kept keeps role and microphone, and there is nothing to tell', () => {
  const returned = returnOf(BEFORE, { kept: true, muted: false }, { role: 'SPEAKER', hand: false }, TIMES, 2000)
  assert.deepEqual(returned, { seat: 'kept', role_before: 'SPEAKER', role: 'SPEAKER', cause: null, microphone: 'restored', hand_lost: false })
})

test('a moderator muted me while the page was loaded again', () => {
  const { microphone } = returnOf(BEFORE, { kept: true, muted: true }, { role: 'SPEAKER', hand: false }, TIMES, 2000)
  assert.equal(microphone, 'muted_by_other')
})

test('after the grace period the microphone is off', () => {
  const { seat, microphone, cause } = returnOf(BEFORE, { kept: false, muted: true }, { role: 'SPEAKER', hand: false }, TIMES, 60_000)
  assert.deepEqual([seat, microphone, cause], ['lost', 'off', null])
})

for (const [name, before, kept, role, seconds, cause] of [
  ['the role was not kept any longer', 'SPEAKER', false, 'AUDIENCE', 611, 'time'],
  ['a moderator took it away meanwhile', 'SPEAKER', false, 'AUDIENCE', 60, 'moderator'],
  ['a moderator moved me down during a reload', 'MODERATOR', true, 'AUDIENCE', 2, 'moderator'],
  ['the room was handed over', 'HOST', false, 'MODERATOR', 60, 'handed_over'],
  ['the room was handed over long ago', 'HOST', false, 'AUDIENCE', 6000, 'handed_over'],
  ['the room was handed over to me', 'MODERATOR', false, 'HOST', 60, null],
]) {
  test(`why I have another role: ${name}`, () => {
    const returned = returnOf({ ...BEFORE, role: before }, { kept, muted: true }, { role, hand: false }, TIMES, seconds * 1000)
    assert.equal(returned.cause, cause)
  })
}

test('a hand that was lowered is told, unless I am on stage by now', () => {
  const before = { ...BEFORE, role: 'AUDIENCE', unmuted: false, hand: true }
  const found = { kept: false, muted: true }
  assert.equal(returnOf(before, found, { role: 'AUDIENCE', hand: false }, TIMES, 1).hand_lost, true)
  assert.equal(returnOf(before, found, { role: 'AUDIENCE', hand: true }, TIMES, 1).hand_lost, false)
  assert.equal(returnOf(before, found, { role: 'SPEAKER', hand: false }, TIMES, 1).hand_lost, false)
})

const seat = (changed = {}) => ({ peer_id: 'two', role: 'SPEAKER', muted: true, hand_raised_at: null, ...changed })

/** An absence whose `participants` have this seat when it looks. */
function absenceWith(found, before = null) {
  let changes = 0
  const api = { mySeat: () => Promise.resolve(found) }
  const absence = createAbsence({ api, times: () => TIMES, before, isMuted: () => false, onChange: () => (changes += 1) })
  return { absence, changes: () => changes }
}

test('after a reload the seat is looked up, and the news are forgotten when they are not true any more', async () => {
  const { absence, changes } = absenceWith(seat({ peer_id: 'another' }), { ...BEFORE, at: Date.now() })
  await absence.look()
  assert.equal(absence.end(seat({ role: 'AUDIENCE' })).microphone, null)
  assert.deepEqual([absence.news.seat, absence.news.cause, changes()], ['lost', 'moderator', 1])
  absence.observe(seat({ role: 'AUDIENCE' }))
  assert.notEqual(absence.news, null)
  absence.observe(seat({ role: 'SPEAKER' }))
  assert.deepEqual([absence.news, changes()], [null, 2])
})

test('a reload within the grace period tells nothing and says that the microphone was on', async () => {
  const { absence } = absenceWith(seat({ peer_id: 'one', muted: false }), { ...BEFORE, at: Date.now() })
  await absence.look()
  assert.equal(absence.end(seat()).microphone, 'restored')
  assert.equal(absence.news, null)
})

test('a seat that expired while the page was open leaves the microphone off', () => {
  const { absence } = absenceWith(null)
  assert.equal(absence.end(seat()), null, 'the first time nothing was interrupted')
  absence.begin()
  assert.equal(absence.before.unmuted, true)
  assert.equal(absence.end(seat({ peer_id: 'three' })).microphone, 'off')
  assert.equal(absence.news.seat, 'lost')
  absence.forget()
  assert.equal(absence.news, null)
})

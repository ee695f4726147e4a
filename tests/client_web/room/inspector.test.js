/** The inspector: its list is bounded, and it measures with two clocks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createClock, instant } from '../../../client_web/room/clock.js'
import { createInspector } from '../../../client_web/room/inspector.js'

/** @type {[string, [server: number, before: number, after: number][], number][]} */
const COMPARISONS = [
  ['nothing is known', [], 0],
  ['the clocks agree as far as anybody can tell', [[100, 99, 101]], 0],
  ['the server is ahead', [[5100, 99, 101]], 5000],
  ['a closer answer says it more exactly', [[5100, 50, 200], [5100, 99, 101]], 5000],
  ['one of the clocks was set', [[5100, 99, 101], [100, 99, 101]], 0],
]
for (const [name, compared, skew] of COMPARISONS) {
  test(`the difference of two clocks is learnt from answers: ${name}`, () => {
    const clock = createClock()
    for (const each of compared) clock.compare(...each)
    assert.equal(clock.skew, skew)
  })
}

test('microseconds are kept', () => {
  const fraction = instant('2030-01-01T00:00:00.123456+00:00') - Date.parse('2030-01-01T00:00:00Z')
  assert.ok(Math.abs(fraction - 123.456) < 0.001)
})

test('it keeps the newest two hundred entries, with their answers', () => {
  const inspector = createInspector({ onChange() {} })
  for (let number = 0; number < 250; number += 1) inspector.note({ code: 'signal_of_old_session', signal: `note ${number}` })
  const watched = inspector.watch({ method: 'UPDATE', table: 'participants', rows: [{ muted: true }] })
  const before = inspector.entries.at(-1)
  watched.answered(204, null)
  inspector.recognise('participants', { muted: true, user_id: 1 }, before.at + 9)
  const { status, ms, seen_ms } = inspector.entries.at(-1)
  assert.deepEqual([inspector.entries.length, inspector.entries[0].note.signal, before.status, status], [200, 'note 51', null, 204])
  assert.ok(ms >= 0)
  assert.equal(Math.round(seen_ms), 9)
})

test('a trace measures offer, answer and connected once', () => {
  const inspector = createInspector({ onChange() {} })
  const seat = { user_id: 2, username: 'beth', peer_id: 'p2' }
  inspector.sent(seat, 'offer', {})
  inspector.sent(seat, 'candidate', [{}, {}])
  inspector.received(seat, 'answer', {})
  inspector.received(seat, 'candidate', {})
  inspector.connection(seat, { state: 'connected' })
  const [first] = inspector.traces
  inspector.sent(seat, 'offer', {})
  inspector.connection(seat, { restarts: 1, path: { local: 'host', remote: 'relay' } })
  const [last] = inspector.traces
  assert.ok(last.mine)
  for (const name of ['offered_at', 'answered_at', 'connected_at', 'total_ms']) assert.equal(first[name], last[name])
  assert.deepEqual([last.candidates_sent, last.candidates_received, last.restarts], [2, 1, 1])
  assert.ok(Math.abs(last.total_ms - last.answer_ms - last.connect_ms) < 1e-6)
})

/** The page's texts and avatars, from state alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { hues, initials } from '../../../client_web/view/elements/avatar.js'
import { inOrder, keptInPlace } from '../../../client_web/view/hallway/order.js'
import { placeOf } from '../../../client_web/view/shell/route.js'
import { changes, summaryOf } from '../../../client_web/view/inspector/inspector_words.js'
import { problemInWords } from '../../../client_web/view/elements/problem_words.js'
import { weeklyInWords } from '../../../client_web/view/elements/when.js'
import { duration } from '../../../client_web/view/elements/words.js'
import { encryptionInWords } from '../../../client_web/view/encryption/words.js'
import { endingInWords } from '../../../client_web/view/room/ending_words.js'
import { seatEventsInWords } from '../../../client_web/view/shell/seat_event_words.js'

test('addresses lead to places', () => {
  for (const [path, place] of [
    ['/', { place: 'hallway' }],
    ['/rooms/42', { place: 'room', room_id: 42 }],
    ['/rooms/42/', { place: 'room', room_id: 42 }],
    ['/rooms/', { place: 'nowhere' }],
    ['/rooms/4e1', { place: 'nowhere' }],
    ['/rooms/99999999999999999999', { place: 'nowhere' }],
    ['/ROOMS/1', { place: 'nowhere' }],
  ]) assert.deepEqual(placeOf(path), place)
})

test('a room that repeats by the clocks of another zone has the day and the time there', () => {
  const at = '2026-11-27T12:00:00Z' // a Friday
  assert.match(weeklyInWords(at, 'Pacific/Kiritimati', 'Europe/Berlin'), /^Every Saturday at (2:00 AM|02:00), by the clocks of Pacific\/Kiritimati$/u)
  assert.match(weeklyInWords(at, 'America/New_York', 'Europe/Berlin'), /^Every Friday at (7:00 AM|07:00), by the clocks of America\/New York$/u)
  assert.match(weeklyInWords(at, 'Factory', 'Europe/Berlin'), /^Every (Thursday|Friday|Saturday) at [^,]*$/u, 'a zone that only the database knows')
})

test('a name has the same avatar everywhere', () => {
  assert.deepEqual(hues('rick'), hues('rick'))
  assert.notDeepEqual(hues('rick'), hues('beth'))
  for (const [name, letters] of [
    ['rick', 'R'],
    ['Zoë Müller', 'ZM'],
    ['éa', 'É'],
    ['👩‍🚀 Ada', '👩‍🚀A'],
    ['a.b_c-d', 'AB'],
    ['---', '?'],
  ]) assert.equal(initials(name), letters)
})

test('rows are sentences in the inspector', () => {
  const names = { p1: 'amara', p2: 'lior' }
  const nameOf = ({ user_id, peer_id }) => names[peer_id] ?? `user ${user_id}`
  const write = (table, method, ...rows) => ({ kind: 'write', table, method, rows })
  const event = (table, type, record, more = {}) => ({ kind: 'event', table, type, record, old_record: null, reason: null, ...more })
  for (const [entry, words] of [
    [write('signals', 'INSERT', { kind: 'offer', to_peer: 'p1', body: 'x'.repeat(1298) }), 'offer · 1.3 kB to amara'],
    [write('signals', 'INSERT', { kind: 'offer', to_peer: 'p1', body: 1 }, { kind: 'offer', to_peer: 'p2', body: 1 }, { kind: 'candidate', to_peer: 'p2', body: [] }), 'offers to amara and lior, candidates to lior · 8 B'],
    [write('participants', 'UPSERT', { role: 'AUDIENCE' }), 'you take a seat'],
    [write('participants', 'UPDATE', { role: 'SPEAKER', muted: false }), 'you become SPEAKER, microphone on'],
    [event('signals', 'INSERT', { kind: 'candidate', from_peer: 'p1', to_peer: 'p2', body: [1] }), '1 candidate · 3 B from amara to lior'],
    [event('participants', 'DELETE', { user_id: 4 }, { reason: 'timeout' }), 'user 4 leaves · timeout'],
    [event('participants', 'UPDATE', { user_id: 4, muted: false }, { old_record: { user_id: 4, muted: true } }), 'user 4 · muted true → false'],
    [event('messages', 'INSERT', { user_id: 4, body: 'hi' }), 'user 4 writes “hi”'],
    [event('speakers', 'UPDATE', { users: [4, 5] }), 'user 4 and user 5 speak'],
    [{ kind: 'stream', state: 'reconnecting', reason: 'network' }, 'reconnecting: network'],
    [{ kind: 'note', note: { code: 'connection_problem', problem: { cause: 'node_lost', username: null } } }, 'The connection with the node is lost.'],
  ]) assert.equal(summaryOf(entry, nameOf), words)
})

test('durations are readable', () => {
  for (const [ms, words] of [
    [0.04, '< 0.1 ms'],
    [-3, '< 0.1 ms'],
    [0.44, '0.4 ms'],
    [38.2, '38 ms'],
    [1234, '1.2 s'],
    [120_000, '2 min'],
    [null, ''],
  ]) assert.equal(duration(ms), words)
})

test('people who enter and leave are announced in one sentence', () => {
  const all = (kind, ...names) => names.map((username) => ({ kind, username }))
  for (const [seatEvents, words] of [
    [all('joined', 'ann'), 'ann came in.'],
    [all('joined', 'ann', 'bo', 'cy'), 'ann, bo, and cy came in.'],
    [all('joined', 'a', 'b', 'c', 'd'), '4 people came in.'],
    [[...all('joined', 'ann'), ...all('timeout', 'bo')], 'ann came in. bo left.'],
    [all('removed', 'ann'), 'ann was removed.'],
    [all('muted', 'ann'), ''],
  ]) assert.equal(seatEventsInWords(seatEvents), words)
})

test('every ending says what happened and what to do next', () => {
  const reasons = ['room ended', 'removed', 'banned', 'taken over', 'signed out', 'token expired', 'timeout', 'refused']
  const endings = reasons.map((reason) => endingInWords({ reason, problem: { message: 'no' } }))
  for (const { title, advice } of endings) {
    assert.ok(title)
    assert.match(advice, /\.$/u)
  }
  assert.equal(new Set(endings.map(({ title }) => title)).size, reasons.length)
  const closed = { rule: 'participants_room_is_open', message: 'there is no open room with this id' }
  const words = endingInWords({ reason: 'refused', problem: closed })
  assert.deepEqual([words.title, words.again], ['This room is not open', null])
})

test('a banned user is offered to come back only when they are invited again', () => {
  const refused = { reason: 'refused', problem: { rule: 'participants_is_not_banned', message: 'you are banned from this room' } }
  for (const ending of [{ reason: 'banned', problem: null }, refused]) {
    assert.deepEqual([endingInWords(ending).title, endingInWords(ending).again], ['You are banned from this room', null])
    assert.equal(endingInWords({ ...ending, invited: true }).again, 'Come back')
  }
})

test("the database's words become sentences", () => {
  const problem = { message: "nobody is called 'x'", hint: 'It may have ended.' }
  assert.equal(problemInWords(problem), "Nobody is called 'x'. It may have ended.")
})

test('live rooms come first, except while the list is used', () => {
  const row = (id, here) => ({ id, here, followed: false, known: [] })
  const ids = (entries) => entries.map((entry) => [entry.row.id, entry.over])
  const quiet = inOrder([row(1, 0), row(2, 3), row(3, 0)])
  assert.deepEqual(ids(quiet), [[2, false], [1, false], [3, false]])
  assert.deepEqual(ids(keptInPlace(quiet, [row(1, 9), row(3, 0), row(4, 5)])), [[2, true], [1, false], [3, false], [4, false]])
})

test('changes are read from the two records', () => {
  const before = { muted: true, role: 'SPEAKER', seq: 4, peer_id: '0b1f2c3d-aaaa' }
  const after = { muted: false, role: 'SPEAKER', seq: 9, peer_id: '9f8e7d6c-bbbb-cccc' }
  assert.deepEqual(changes(after, before), ['muted true → false', 'peer_id 0b1f2c3d-aaaa → 9f8e7d6c…'])
})

test('nobody is promised that a room is encrypted before it is', () => {
  const words = (/** @type {import('../../../client_web/room/encryption.js').Phase} */ phase) => encryptionInWords({ phase, number: null, problem: null })
  assert.equal(words('off'), words('preparing'))
  assert.notEqual(words('preparing'), words('on'))
})

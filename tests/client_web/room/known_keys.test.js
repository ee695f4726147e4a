/** Whose keys a page uses in an encrypted room, whatever the database says of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createEncryptionMemory } from '../../../client_web/room/encryption_memory.js'
import { createKnownKeys, keyedOf } from '../../../client_web/room/known_keys.js'

const key = (letter) => `BA${letter.repeat(85)}`
const seat = (user_id, change = {}) => ({ user_id, kind: 'person', role: 'SPEAKER', peer_id: `p${user_id}`, signing_key: key('s'), agreement_key: key('a'), ...change })
const stateOf = (...seats) => ({ own: 1, room: { encrypted: true }, seats: new Map(seats.map((each) => [each.user_id, each])) })

test('what could be another line of the text of the safety number is no session with keys', () => {
  const forged = `1 ${key('s')} ${key('a')}\n2`
  const all = [
    seat(forged, { peer_id: 'p9' }), seat('2'), seat(3, { signing_key: `${key('s')} ${key('a')}\n9 ${key('e')}` }), seat(4, { agreement_key: `${key('a')}\n` }),
    seat(5, { signing_key: null }), seat(6, { kind: 'sfu' }), seat(7, { peer_id: 'p1\np2' }), seat(8),
  ]
  assert.deepEqual(keyedOf(stateOf(...all)).map(({ user_id }) => user_id), [8])
})

test('a session whose keys were exchanged is not trusted again, also with its first ones; a new session is', () => {
  const room = { user_id: 1, state: stateOf(seat(1), seat(2)) }
  const told = []
  const storage = { setItem(_, text) { this.text = text }, getItem() { return this.text ?? null } }
  const open = () => createKnownKeys(room, createEncryptionMemory(storage), ({ user_id }) => told.push(user_id))
  let known = open()
  const show = (other) => {
    room.state = stateOf(seat(1), other)
    return known.keyed().map(({ user_id }) => user_id)
  }
  assert.deepEqual(show(seat(2)), [1, 2])
  assert.deepEqual(show(seat(2, { signing_key: null })), [1], 'a database that has crashed')
  assert.deepEqual(show(seat(2)), [1, 2])
  assert.deepEqual(show(seat(2, { agreement_key: key('e') })), [1])
  assert.deepEqual(show(seat(2)), [1])
  assert.equal(known.trusts(seat(2)), false)
  assert.equal(known.wereExchanged(seat(2)), true)
  assert.deepEqual(show(seat(2, { peer_id: 'p3', agreement_key: key('e') })), [1, 2])
  assert.deepEqual(show(seat(3, { peer_id: 'p3', agreement_key: key('e') })), [1], 'the session of another user')
  assert.deepEqual(told, [2, 3])
  known = open() // the page is loaded again
  assert.deepEqual(show(seat(2)), [1], 'also with its first ones')
  assert.deepEqual(show(seat(2, { peer_id: 'p4' })), [1, 2])
  known = open()
  assert.deepEqual(show(seat(2, { peer_id: 'p4', signing_key: key('e') })), [1])
})

test('a crowd of other sessions does not make room for false keys, and what a tab keeps has a bound', () => {
  const room = { user_id: 1, state: stateOf(seat(2), seat(3)) }
  const storage = { setItem(_, text) { this.text = text }, getItem() { return this.text ?? null } }
  const open = () => createKnownKeys(room, createEncryptionMemory(storage), () => {})
  const crowd = (name) => Array.from({ length: 201 }, (_, number) => seat(100 + number, { peer_id: `${name}${number}` }))
  const trusted = (known) => known.keyed().map(({ user_id }) => user_id)
  const forged = (user_id) => seat(user_id, { agreement_key: key('e') })
  const known = open()
  assert.deepEqual(trusted(known), [2, 3])
  assert.equal(known.trusts(forged(3)), false)
  for (const each of crowd('q')) known.trusts(each)
  assert.equal(open().trusts(forged(2)), false, 'who is in the room is not forgotten')
  assert.equal(open().trusts(seat(3)), false, 'who had two keys is not forgotten')
  room.state = stateOf() // all have left
  for (const each of crowd('r')) known.trusts(each)
  assert.equal(JSON.parse(storage.text).sessions.filter(([, session]) => session).length, 200)
  assert.equal(known.trusts(seat(100, { peer_id: 'q0', agreement_key: key('e') })), false, 'before a reload all are known')
})

test('a tab remembers the rooms that it used last, and nothing of what is no room and no session', () => {
  const storage = { setItem(_, text) { this.text = text }, getItem() { return this.text ?? null } }
  const memory = createEncryptionMemory(storage)
  const note = (first, last) => Array.from({ length: last - first + 1 }, (_, number) => memory.noteEncrypted(first + number))
  note(1, 50)
  note(1, 1)
  note(51, 51)
  const after = createEncryptionMemory(storage)
  assert.deepEqual([1, 2, 3, 51].map(after.wasEncrypted), [true, false, true, true])
  for (const sessions of [[1], [null], [['p']], [['p', 5]], [['p', 's', 's']], 'ps', { p: 's' }]) {
    storage.text = JSON.stringify({ rooms: [null, {}, '8', 7], sessions })
    const kept = createEncryptionMemory(storage)
    assert.deepEqual([kept.wasEncrypted(7), kept.wasEncrypted('8'), kept.session('p')], [true, false, undefined])
  }
})

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
  for (let number = 0; number < 300; number += 1) show(seat(2, { peer_id: `q${number}` }))
  assert.equal(JSON.parse(storage.text).sessions.length, 200)
})

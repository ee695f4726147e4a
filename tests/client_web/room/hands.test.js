/** The queue of raised hands, of which a snapshot has only the first. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { MOST, PAGE, createHands, queueOf } from '../../../client_web/room/hands.js'
import { moreHandsInWords } from '../../../client_web/view/stage/stage_words.js'

const at = (user_id) => new Date(Date.UTC(2026, 2, 1) + user_id * 1000).toISOString()
const row = (user_id) => ({ user_id, username: `guest ${user_id}`, kind: 'person', role: 'AUDIENCE', hand_raised_at: at(user_id), invited_to_speak_at: null, join_date: at(0), seq: user_id })
const rows = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => row(from + index))
const person = (user_id) => ({ ...row(user_id), hand: null })
const places = (queue) => queue.map(({ user_id, hand }) => [user_id, hand])
const nothing = { phase: 'idle', rows: [] }

test('the places of all hands that are known are right, also of the newest ones', () => {
  const people = [...rows(1, PAGE), row(499), row(500)].map(({ user_id }) => person(user_id))
  const queue = queueOf({ people, hands: 500 }, nothing)
  assert.deepEqual(places(queue).slice(-3), [[PAGE, PAGE], [499, 499], [500, 500]])
  const read = { phase: 'ready', rows: rows(1, 2 * PAGE) }
  assert.deepEqual(places(queueOf({ people, hands: 500 }, read)).slice(-3), [[2 * PAGE, 2 * PAGE], [499, 499], [500, 500]])
  assert.deepEqual(places(queueOf({ people: [person(7), person(3)], hands: 2 }, nothing)), [[3, 1], [7, 2]])
})

test('who changed the hand while the queue was read, or after it, is not listed from it', async () => {
  let answer
  const hands = createHands({ select: (table, params) => new Promise((resolve) => (answer = () => resolve(rows(1, params.limit)))), onChange() {} })
  const reading = hands.read(10)
  hands.changed(4)
  answer()
  await reading
  hands.changed(5)
  assert.deepEqual(hands.state.rows.map(({ user_id }) => user_id), [1, 2, 3, 6, 7, 8, 9, 10])
})

test('an answer from before a new snapshot is not used, and a bounded number is asked for', async () => {
  const asked = []
  let answer
  const hands = createHands({ select: (table, params) => new Promise((resolve) => (asked.push(params.limit), answer = () => resolve(rows(1, 3)))), onChange() {} })
  const reading = hands.read(MOST + PAGE)
  hands.forget()
  answer()
  await reading
  assert.deepEqual([hands.state, asked], [nothing, [MOST]])
})

test('what could not be read is said, and can be read again', async () => {
  let broken = true
  const hands = createHands({ select: async () => (broken ? Promise.reject(new Error('unreachable')) : rows(1, 2)), onChange() {} })
  await hands.read(PAGE)
  assert.equal(moreHandsInWords(470, hands.state.phase), 'and 470 more hands. They could not be loaded.')
  broken = false
  await hands.read(PAGE)
  assert.equal(moreHandsInWords(470, hands.state.phase), 'and 470 more hands')
  assert.equal(hands.state.rows.length, 2)
})

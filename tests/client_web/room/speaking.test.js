/** Who speaks, and the order of a big stage. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { NOBODY, PAUSE, heard, nextPause, settle, stageOrder } from '../../../client_web/room/speaking.js'
import { speakersInWords } from '../../../client_web/view/stage/speakers.js'

test('people speak in turns', () => {
  let state = NOBODY
  const seen = []
  const speak = (user_id, speaks, now) => {
    state = heard(settle(state, now), user_id, speaks, now)
    seen.push([state.turns.map((turn) => turn.user_id), state.recent])
  }
  speak(1, true, 0)
  speak(2, true, 100)
  speak(1, false, 200)
  speak(1, true, 900)
  speak(2, false, 1000)
  speak(2, true, 1000 + PAUSE)
  speak(1, false, 4000)
  assert.deepEqual(seen, [[[1], [1]], ...Array.from({ length: 6 }, () => [[1, 2], [2, 1]])])
  assert.equal(nextPause(state, 4500), 1500)
})

test('on a big stage recent speakers come first', () => {
  const stage = (count) => Array.from({ length: count }, (_, index) => ({ user_id: index + 1 }))
  const order = (count, recent) => stageOrder(stage(count), recent).map(({ user_id }) => user_id).slice(0, 8)
  const joined = [1, 2, 3, 4, 5, 6, 7, 8]
  assert.deepEqual(order(12, [12, 9]), joined)
  assert.deepEqual(order(14, [3, 2]), joined)
  assert.deepEqual(order(14, []), joined)
  assert.deepEqual(order(14, [14, 3, 9, 99]), [9, 14, 1, 2, 3, 4, 5, 6])
})

test('the speakers are one sentence', () => {
  const names = ['amara', 'beth', 'lior', 'dao', 'zoe'].map((username, index) => ({ username, me: index === 1 }))
  assert.deepEqual([0, 1, 2, 5].map((count) => speakersInWords(names.slice(0, count))), [
    'Nobody is speaking',
    'Speaking: amara',
    'Speaking: amara, then you',
    'Speaking: amara, then you, then lior and 2 more',
  ])
})

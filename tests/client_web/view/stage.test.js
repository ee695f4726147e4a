/** Symbols and styles depend on states, not on texts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { personInWords, personStateOf } from '../../../client_web/view/people/person_words.js'
import { markInWords, openQuestionOf } from '../../../client_web/view/stage/stage_words.js'

const person = (fields) => ({ connection: 'none', on_stage: true, muted: false, speaking: false, invited: false, hand: null, asked_to_unmute: false, ...fields })

/** @type {[object, string, string][]} */
const STATES = [
  [person({}), 'quiet', ''],
  [person({ speaking: true }), 'speaking', 'Speaking'],
  [person({ speaking: true, muted: true }), 'muted', 'Muted'],
  [person({ on_stage: false, muted: true }), 'quiet', ''],
  [person({ connection: 'connecting', muted: true }), 'connecting', 'Connecting…'],
  [person({ connection: 'reconnecting' }), 'reconnecting', 'Reconnecting…'],
  [person({ connection: 'failed', on_stage: false }), 'failed', 'No connection'],
  [person({ connection: 'connected' }), 'quiet', ''],
]
for (const [one, state, words] of STATES) {
  test(`a seat that is ${state} reads “${words}”: ${JSON.stringify(one)}`, () => {
    assert.deepEqual([personStateOf(one), personInWords(one)], [state, words])
  })
}

test('of several open questions the invitation comes first', () => {
  const questions = [person({}), person({ asked_to_unmute: true }), person({ hand: 2, asked_to_unmute: true }), person({ invited: true, hand: 1 })]
  assert.deepEqual(questions.map(openQuestionOf), [null, 'asked_to_unmute', 'hand', 'invited'])
  assert.deepEqual(questions.map(markInWords), ['', 'Asked to unmute', 'Hand up', 'Invited'])
})

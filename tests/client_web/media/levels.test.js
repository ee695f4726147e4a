/** Who is speaking, by audio levels. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { SILENT, hear } from '../../../client_web/media/levels.js'

test('speaking does not end inside a word, and ends well before 300 ms of silence', () => {
  let state = SILENT
  const looks = [[0, 0.01], [60, 0.3], [90, 0.015], [120, 0], [150, 0], [180, 0], [195, 0.015], [225, 0], [285, 0], [315, 0], [345, 0]]
  const spoken = looks.map(([now, level]) => {
    state = hear(state, level, now)
    return state.speaking
  })
  assert.deepEqual(spoken, [false, ...Array.from({ length: 8 }, () => true), false, false])
})

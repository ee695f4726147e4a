/** How long to wait before another attempt. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { backoff } from '../../../client_web/signaling/backoff.js'

test('the back-off doubles up to a limit, and is jittered', () => {
  const at = (random) => [0, 1, 2, 3, 4, 5, 99].map((attempt) => backoff(attempt, { random: () => random }))
  assert.deepEqual(at(0), [500, 1000, 2000, 4000, 7500, 7500, 7500])
  assert.deepEqual(at(1), [1000, 2000, 4000, 8000, 15000, 15000, 15000])
})

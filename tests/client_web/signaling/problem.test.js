/** Refusals and failed requests. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Problem, wholeBody } from '../../../client_web/signaling/problem.js'

test('a connection that breaks within an answer is one that did not answer', async () => {
  const broken = new Response(new ReadableStream({ pull: (body) => body.error(new DOMException('The operation was aborted.', 'AbortError')) }))
  await assert.rejects(wholeBody(broken.json()), (problem) => problem instanceof Problem && problem.status === 0 && problem.temporary)
  assert.deepEqual(await wholeBody(Response.json({ id: 1 }).json()), { id: 1 })
})

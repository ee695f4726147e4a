/** Ids that belong to the signed-in user. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createOwnIds } from '../../../client_web/room/own_ids.js'

/** Own ids whose reads are answered by hand: `reads` has who asked, and how to answer. */
function createTested() {
  const reads = []
  const changes = []
  const ids = createOwnIds({
    read: (user_id) => new Promise((resolve, reject) => reads.push({ user_id, resolve, reject })),
    onChange: (changed) => changes.push(changed),
  })
  return { ids, reads, changes }
}

test('they are read for each user, and an answer for the user before is dropped', async () => {
  const { ids, reads, changes } = createTested()
  const first = ids.changeUser({ id: 1 })
  const second = ids.changeUser({ id: 2 })
  reads[1].resolve([7, 8])
  reads[0].resolve([9])
  await Promise.all([first, second])
  assert.deepEqual([[...ids.all], changes, reads.map(({ user_id }) => user_id)], [[7, 8], [[7, 8]], [1, 2]])
  await ids.changeUser(null)
  assert.deepEqual([[...ids.all], ids.owner, reads.length], [[], null, 2])
})

test('the same user is asked for once, and again after a failure', async () => {
  const { ids, reads } = createTested()
  const asked = ids.changeUser({ id: 1 })
  assert.equal(ids.changeUser({ id: 1 }), asked)
  reads[0].reject(new Error('no answer'))
  await asked
  const again = ids.changeUser({ id: 1 })
  reads[1].resolve([5])
  await again
  assert.deepEqual([[...ids.all], reads.length], [[5], 2])
})

test('an id that is added or removed is reported once', () => {
  const { ids, changes } = createTested()
  ids.add(3)
  ids.add(3)
  ids.remove(3)
  ids.remove(4)
  assert.deepEqual([[...ids.all], changes], [[], [[3], [3]]])
})

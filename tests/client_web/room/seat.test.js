/** How a seat is taken. */
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { test } from 'node:test'

import { createSeat } from '../../../client_web/room/seat.js'
import { Problem } from '../../../client_web/signaling/problem.js'

globalThis.crypto ??= webcrypto // Node 18 does not offer it by itself

/** A seat whose rows are answered by `upsert`, with what it asked for and its phases. */
function createTestedSeat(upsert, prepare = async () => {}) {
  const asked = []
  const phases = []
  const followed = []
  const seat = createSeat({
    user: { id: 1 },
    roomId: 7,
    rows: { upsert: async (table, row) => upsert(asked.push(row)) },
    inspector: { returned() {}, note() {} },
    technique: { subscribe: ({ peer_id }) => ({ start: () => followed.push(peer_id), close() {} }) },
    onJoining() {},
    prepare,
    onFrame() {},
    onStatus: ({ phase }) => phases.push(phase),
  })
  return { seat, asked, phases, followed }
}

test('a peer_id that an attempt without an answer used up is replaced by a new one', async () => {
  const { seat, asked, phases } = createTestedSeat((attempt) => {
    if (attempt === 1) throw new Problem({ message: 'used before', status: 409, rule: 'participants_peer_id_is_new' })
    return [{ join_date: '2026-11-26T12:00:00Z' }]
  })
  await seat.take()
  assert.equal(asked.length, 2)
  assert.notEqual(asked[0].peer_id, asked[1].peer_id)
  assert.equal(seat.peer_id, asked[1].peer_id)
  assert.ok(!phases.includes('left'))
})

test('the log is not followed before the ICE servers are known, because nobody may connect without them', async () => {
  let attempts = 0
  const { seat, followed } = createTestedSeat(
    () => [{ join_date: '2026-11-26T12:00:00Z' }],
    async () => {
      assert.deepEqual(followed, [])
      if ((attempts += 1) === 1) throw new Problem({ message: 'busy', status: 503 })
    },
  )
  await seat.take()
  assert.equal(attempts, 2)
  assert.deepEqual(followed, [seat.peer_id])
})

test('a user who may not know the ICE servers has no seat', async () => {
  const { seat, phases, followed } = createTestedSeat(
    () => [{ join_date: '2026-11-26T12:00:00Z' }],
    async () => {
      throw new Problem({ message: 'no', status: 403 })
    },
  )
  await seat.take()
  assert.deepEqual(followed, [])
  assert.equal(phases.at(-1), 'left')
})

/** How a seat is taken. */
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { test } from 'node:test'

import { createSeat } from '../../../client_web/room/seat.js'

globalThis.crypto ??= webcrypto // Node 18 does not offer it by itself

/** A seat whose rows are answered by `upsert`, with what it asked for and how it stood. */
function seated(upsert) {
  const asked = []
  const stood = []
  const seat = createSeat({
    user: { id: 1 },
    roomId: 7,
    rows: { upsert: async (table, row) => upsert(asked.push(row)) },
    inspector: { returned() {}, note() {} },
    technique: { follow: () => ({ start() {}, close() {} }) },
    onJoined: async () => {},
    onFrame() {},
    onStanding: (standing) => stood.push(standing.phase),
  })
  return { seat, asked, stood }
}

test('a peer_id that an attempt without an answer used up is replaced by a new one', async () => {
  const { seat, asked, stood } = seated((attempt) => {
    if (attempt === 1) throw Object.assign(new Error('used before'), { status: 409, rule: 'participants_peer_id_is_new' })
    return [{ join_date: '2026-11-26T12:00:00Z' }]
  })
  await seat.take()
  assert.equal(asked.length, 2)
  assert.notEqual(asked[0].peer_id, asked[1].peer_id)
  assert.equal(seat.peer_id, asked[1].peer_id)
  assert.ok(!stood.includes('left'))
})

/** How a seat is taken. */
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { mock, test } from 'node:test'

import { createFollowedRoom } from '../../../client_web/room/followed_room.js'
import { createRoomApi } from '../../../client_web/room/room_api.js'
import { createSeat } from '../../../client_web/room/seat.js'
import { leaveReason } from '../../../client_web/signaling/polling.js'
import { Problem } from '../../../client_web/signaling/problem.js'

globalThis.crypto ??= webcrypto // Node 18 does not offer it by itself

/** A seat whose rows are answered by `upsert`, with what it asked for and its phases; `technique` replaces parts of its transport. */
function createTestedSeat(upsert, prepare = async () => {}, technique = {}) {
  const asked = []
  const phases = []
  const followed = []
  const ends = []
  const api = createRoomApi({
    user: { id: 1, username: 'anna' },
    room_id: 7,
    rows: { upsert: async (table, row) => upsert(asked.push(row)) },
    technique: { subscribe: ({ peer_id }) => ({ start: () => followed.push(peer_id), close() {} }), ...technique },
  })
  const onStatus = ({ phase, reason }) => phases.push(phase) && ends.push(...(phase === 'left' ? [reason] : []))
  const seat = createSeat({ api, room: createFollowedRoom(1), look: async () => {}, prepare }, { onSession() {}, onFrame() {}, onStatus })
  return { seat, asked, phases, followed, ends }
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

test('a session that is removed before it reads the log ends, and does not take the seat again', async () => {
  const problem = new Problem({ message: 'not yours', status: 403, rule: 'participants_peer_id_is_current' })
  const asked = []
  const fetch = async (address) => asked.push(address) && Response.json({ events: [], cursor: '0-0', bye: { reason: 'removed' } })
  const ended = new Promise((resolve) => {
    const { seat, ends } = createTestedSeat(() => [{ join_date: '2026-11-26T12:00:00Z' }], undefined, {
      subscribe: ({ onState }) => ({
        cursor: null,
        start: () => onState({ state: 'ended', reason: 'refused', problem, retry_at: null }),
        close: () => resolve(ends),
      }),
      leaveReason: (lost) => leaveReason({ fetch, ...lost }),
    })
    void seat.take()
  })
  const ends = await ended
  await Promise.resolve()
  assert.deepEqual(ends, ['removed'])
  assert.equal(new URL(asked[0], 'http://here').searchParams.get('after'), '0-0')
})

test('after a refused signal the stream is opened again only if it has not said that the session is over', async () => {
  const probed = []
  const listeners = []
  const technique = { subscribe: ({ onState }) => (listeners.push(onState), { start() {}, close() {}, probe: (dead) => probed.push(dead) }) }
  const take = async () => {
    const tested = createTestedSeat(() => [{ join_date: '2026-11-26T12:00:00Z' }], undefined, technique)
    await tested.seat.take()
    return tested
  }
  const [told, left, notTold] = [await take(), await take(), await take()]
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    for (const { seat } of [told, left, notTold, notTold]) seat.check()
    listeners[0]({ state: 'ended', reason: 'removed', problem: null, retry_at: null })
    left.seat.suspend()
    mock.timers.tick(10_000)
  } finally {
    mock.timers.reset()
  }
  assert.deepEqual(told.ends, ['removed'])
  assert.deepEqual(notTold.ends, [])
  assert.deepEqual(probed, [true])
})

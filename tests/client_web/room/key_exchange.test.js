/** When a session gives a new key of its audio, and when it is silent instead. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createSessionKeys } from '../../../client_web/media/encryption/session_keys.js'
import { createKeyExchange } from '../../../client_web/room/key_exchange.js'
import { until } from './encrypted_page.js'

const TIMES = { soon: 1, pause: 1, each: 0, switch: 1, retry: 5, patience: 20 }

/** An exchange of the user 1; `here` are the others. */
async function open(times = TIMES) {
  const keys = await createSessionKeys()
  const other = await createSessionKeys()
  const sent = []
  const given = []
  const tested = { here: [], sent, given, changes: 0, give: async () => {} }
  const frames = { send: (kid) => sent.push(kid), stop: () => sent.push(null), receive() {} }
  const giveKeys = async (rows) => {
    await tested.give(rows)
    given.push(rows.map(({ to_peer }) => to_peer).join())
  }
  const seat = { room: { user_id: 1 }, room_id: 7, peer_id: 'p1', row: { role: 'SPEAKER', seq: 1 }, giveKeys }
  const known = { keyed: () => tested.here.map((user_id) => ({ user_id, peer_id: `p${user_id}`, role: 'SPEAKER', ...other.public })) }
  const exchange = createKeyExchange({ seat, known, session: { keys, frames, last: 0 } }, { onFalse() {}, onOpened() {}, onChange: () => (tested.changes += 1) }, times)
  const come = (...users) => {
    tested.here = users
    exchange.observe()
  }
  return Object.assign(tested, { exchange, come })
}

test('nobody is heard while only an old key could be used, which somebody has who left', async () => {
  const tested = await open()
  tested.come(2, 3)
  await until(() => tested.sent.length === 1)
  let fails = true
  tested.give = async () => {
    if (fails) throw new TypeError('no connection')
  }
  tested.come(2)
  assert.equal(tested.exchange.isShown, false)
  await until(() => tested.exchange.silent)
  assert.equal(tested.sent.at(-1), null)
  fails = false
  await until(() => !tested.exchange.silent)
  assert.ok(tested.sent.at(-1) > tested.sent[0])
  assert.equal(tested.given.at(-1), 'p2')
  assert.ok(tested.exchange.isShown)
  tested.exchange.close()
})

test('a key that is asked for while one is given is given, too', async () => {
  const tested = await open()
  let answer = null
  tested.give = () => new Promise((resolve) => (answer = resolve))
  tested.come(2)
  await until(() => answer)
  tested.exchange.renew() // the log was lost meanwhile
  const first = answer
  tested.give = async () => {}
  first()
  await until(() => tested.given.length === 2)
  tested.exchange.close()
})

test('the pause between two keys begins when the first was given, and is longer in a large room', async () => {
  const tested = await open({ ...TIMES, each: 40 })
  const at = []
  tested.give = async () => {
    at.push(performance.now())
    await new Promise((resolve) => setTimeout(resolve, 50))
    at.push(performance.now())
  }
  tested.come(2, 3, 4, 5)
  await until(() => at.length === 2)
  tested.come(2, 3, 4)
  await until(() => at.length === 4)
  assert.ok(at[2] - at[1] >= 3 * 40 - 5, `${at[2] - at[1]} ms`)
  tested.exchange.close()
})

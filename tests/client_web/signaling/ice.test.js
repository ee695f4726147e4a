import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createIce } from '../../../client_web/signaling/ice.js'

/** A relay whose credentials live for so many seconds, and a clock that a test moves. */
function relay(t, ttl) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  let asked = 0
  let reachable = true
  const fetch = () => {
    if (!reachable) return Promise.reject(new TypeError('offline'))
    return Promise.resolve(Response.json({ iceServers: [{ urls: ['turn:x'], username: String(++asked) }], ttl }))
  }
  const ice = createIce({ fetch, setTimer: (run, ms) => setTimeout(run, ms) })
  const settled = () => new Promise((done) => setImmediate(done))
  return { ice, asked: () => asked, name: () => ice.current.iceServers[0]?.username, offline: (is) => (reachable = !is), settled }
}

test('credentials are renewed at half their life, whether anybody asks or not', async (t) => {
  const { ice, name, settled } = relay(t, 100)
  await ice.get()
  assert.equal(name(), '1')
  t.mock.timers.tick(50_000)
  await settled()
  assert.equal(name(), '2')
  t.mock.timers.tick(50_000)
  await settled()
  assert.equal(name(), '3')
  ice.close()
})

test('renewing is tried again after a failure, and ends with the visit', async (t) => {
  const { ice, asked, offline, settled } = relay(t, 100)
  await ice.get()
  offline(true)
  t.mock.timers.tick(50_000)
  await settled()
  offline(false)
  t.mock.timers.tick(60_000)
  await settled()
  assert.equal(asked(), 2)
  ice.close()
  t.mock.timers.tick(1_000_000)
  await settled()
  assert.equal(asked(), 2)
})

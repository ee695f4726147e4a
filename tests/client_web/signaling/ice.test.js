/** The relay's ICE servers, renewed in time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createIce } from '../../../client_web/signaling/ice.js'

/** A relay whose credentials live for so many seconds, and a clock that a test moves (Node 18 cannot mock Date and timers together). */
function relay(t, ttl) {
  let now = 0
  let last = 0
  let pending = []
  t.mock.method(Date, 'now', () => now)
  t.mock.method(globalThis, 'clearTimeout', (id) => (pending = pending.filter((one) => one.id !== id)))
  function setTimer(run, ms) {
    pending.push({ id: (last += 1), run, at: now + ms })
    return last
  }
  function tick(ms) {
    now += ms
    const due = pending.filter(({ at }) => at <= now)
    pending = pending.filter(({ at }) => at > now)
    for (const { run } of due) run()
    return new Promise((done) => setImmediate(done))
  }
  let asked = 0
  let reachable = true
  const fetch = () => {
    if (!reachable) return Promise.reject(new TypeError('offline'))
    return Promise.resolve(Response.json({ iceServers: [{ urls: ['turn:x'], username: String(++asked) }], ttl }))
  }
  const ice = createIce({ fetch, setTimer })
  return { ice, tick, asked: () => asked, name: () => ice.current.iceServers[0]?.username, offline: (is) => (reachable = !is) }
}

test('credentials are renewed at half their life, whether anybody asks or not', async (t) => {
  const { ice, name, tick } = relay(t, 100)
  await ice.get()
  assert.equal(name(), '1')
  await tick(50_000)
  assert.equal(name(), '2')
  await tick(50_000)
  assert.equal(name(), '3')
  ice.close()
})

test('nothing is known before the first answer: then no connection may be made, and afterwards what was known stays', async (t) => {
  const { ice, name, offline, tick } = relay(t, 100)
  offline(true)
  await assert.rejects(ice.get())
  assert.equal(ice.current.iceTransportPolicy, 'relay')
  assert.deepEqual(ice.current.iceServers, [])
  offline(false)
  await ice.get()
  offline(true)
  await tick(60_000)
  assert.equal((await ice.get()).iceServers[0].username, '1')
  assert.equal(name(), '1')
  ice.close()
})

test('renewing is tried again after a failure, and ends with the room session', async (t) => {
  const { ice, asked, offline, tick } = relay(t, 100)
  await ice.get()
  offline(true)
  await tick(50_000)
  offline(false)
  await tick(60_000)
  assert.equal(asked(), 2)
  ice.close()
  await tick(1_000_000)
  assert.equal(asked(), 2)
})

test('credentials are renewed again in the room session that follows', async (t) => {
  const { ice, name, tick } = relay(t, 100)
  await ice.get()
  ice.close()
  await tick(20_000)
  await ice.get()
  assert.equal(name(), '1')
  await tick(30_000)
  assert.equal(name(), '2')
  ice.close()
})

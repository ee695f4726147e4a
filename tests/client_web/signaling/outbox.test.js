/** Sending signals: in order, together, again after failures, and only refused ones are dropped. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createOutbox } from '../../../client_web/signaling/outbox.js'
import { Problem } from '../../../client_web/signaling/problem.js'

/** An outbox whose POSTs are recorded; with `open` each waits until it is `answered`. */
function outboxAndItsPosts({ open: waits = true } = {}) {
  const posts = []
  const refused = []
  const verdicts = []
  let open = []
  let flights = 0
  const counts = { most: 0 }
  async function post(signals) {
    posts.push(signals.map(({ to_peer, kind, body }) => `${to_peer} ${kind}${kind === 'candidate' ? ` ${[].concat(body).join('')}` : ''}`))
    flights += 1
    counts.most = Math.max(counts.most, flights)
    try {
      const problem = verdicts.shift()?.(signals)
      if (problem) throw problem
      if (waits) await new Promise((resolve) => open.push(resolve))
    } finally {
      flights -= 1
    }
  }
  const outbox = createOutbox({ post, onRefused: ({ to_peer, kind }, { rule }) => refused.push(`${to_peer} ${kind} ${rule}`) })
  async function answered() {
    const now = open
    open = []
    now.forEach((resolve) => resolve())
    await turn()
  }
  return { outbox, posts, refused, verdicts, counts, answered, waiting: () => open.length }
}

const turn = () => new Promise((resolve) => setTimeout(resolve))
const rule = (name) => new Problem({ status: 409, code: '23514', rule: name })

test('one POST at a time for each peer, and waiting signals are sent together', async () => {
  const { outbox, posts, answered } = outboxAndItsPosts()
  outbox.send('a', 'offer', {})
  await turn()
  outbox.send('a', 'candidate', 1)
  outbox.send('b', 'offer', {})
  await turn()
  outbox.send('a', 'candidate', [2, 3])
  outbox.send('b', 'candidate', 4)
  await answered()
  await answered()
  assert.deepEqual(posts, [['a offer'], ['b offer'], ['a candidate 123', 'b candidate 4']])
})

test('forty offers take a few requests', async () => {
  const { outbox, posts, counts, answered, waiting } = outboxAndItsPosts()
  for (let peer = 0; peer < 40; peer += 1) {
    outbox.send(`p${peer}`, 'offer', {})
    await turn()
  }
  while (waiting()) await answered()
  assert.deepEqual([posts.length, posts.flat().length, counts.most], [4, 40, 3])
})

test('a refused signal takes no other with it', async () => {
  const { outbox, posts, refused, verdicts } = outboxAndItsPosts({ open: false })
  const fence = (signals) => signals.some(({ to_peer }) => to_peer === 'gone') && rule('signals_recipient_is_seated')
  verdicts.push(fence, fence, fence, fence)
  outbox.send('a', 'offer', {})
  outbox.send('gone', 'offer', {})
  outbox.send('b', 'answer', {})
  await turn()
  assert.deepEqual(posts.slice(1), [['a offer'], ['gone offer'], ['b answer']])
  assert.deepEqual(refused, ['gone offer signals_recipient_is_seated'])
})

test('an unreachable relay keeps the order', async () => {
  const { outbox, posts, refused, verdicts } = outboxAndItsPosts({ open: false })
  verdicts.push(() => new Problem({ status: 0 }), () => new Problem({ status: 500, code: '40001' }))
  outbox.send('a', 'offer', {})
  await turn()
  outbox.send('a', 'candidate', 1)
  while (posts.length < 4) {
    outbox.hurry()
    await turn()
  }
  assert.deepEqual(posts, [['a offer'], ['a offer'], ['a offer'], ['a candidate 1']])
  assert.deepEqual(refused, [])
})

test('waiting signals to a peer who left are dropped', async () => {
  const { outbox, posts, answered } = outboxAndItsPosts()
  outbox.send('a', 'offer', {})
  await turn()
  outbox.send('a', 'candidate', 1)
  outbox.forget('a')
  outbox.send('a', 'bye', {})
  await answered()
  assert.deepEqual(posts, [['a offer'], ['a bye']])
})

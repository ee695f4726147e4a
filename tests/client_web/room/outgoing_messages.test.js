/** My messages that are not in the room yet. */
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { test } from 'node:test'

import { createOutgoingMessages } from '../../../client_web/room/outgoing_messages.js'
import { isUnanswered, Problem } from '../../../client_web/signaling/problem.js'

globalThis.crypto ??= webcrypto // Node 18 does not offer it by itself

const LONG = 2 ** 30 // ms: here only "the connection is back" sends what waits

const turn = () => new Promise((then) => setTimeout(then))

async function play(steps) {
  const asked = []
  const outgoing = createOutgoingMessages({
    now: () => 0,
    onChange() {},
    pause: (problem) => (isUnanswered(problem) ? LONG : null),
    post: (client_id, body) => new Promise((done, refuse) => asked.push({ client_id, body, done, refuse })),
  })
  for (const [step, value] of steps) {
    if (step === 'done') asked.at(-1).done()
    else if (step === 'refused') asked.at(-1).refuse(new Problem({ status: value, message: 'no' }))
    else if (step === 'recognise') outgoing.recognise(asked[value - 1].client_id) // the log shows what the nth request stored
    else outgoing[step](value)
    await turn()
  }
  const left = outgoing.list.map(({ body, state }) => `${body} ${state}`)
  outgoing.close()
  return { asked: asked.map(({ body }) => body), left }
}

/** @type {[string, [string, unknown?][], string[], string[]][]} */
const CASES = [
  ['the second waits for the first', [['send', 'a'], ['send', 'b']], ['a'], ['a sending', 'b sending']],
  ['they are sent one after the other', [['send', 'a'], ['send', 'b'], ['done'], ['done']], ['a', 'b'], []],
  ['what stands behind a refused one waits with it', [['send', 'a'], ['send', 'b'], ['refused', 400]], ['a'], ['a unsent', 'b unsent']],
  ['a refused one can be sent again', [['send', 'a'], ['refused', 400], ['again', 1], ['done']], ['a', 'a'], []],
  ['an unanswered one waits for the connection, with all after it', [['send', 'a'], ['send', 'b'], ['refused', 0], ['send', 'c']], ['a'], ['a waiting', 'b waiting', 'c waiting']],
  ['when the connection is back they go out in order', [['send', 'a'], ['refused', 0], ['send', 'b'], ['resume'], ['done'], ['done']], ['a', 'a', 'b'], []],
  ['an unanswered one can be tried at once', [['send', 'a'], ['refused', 503], ['again', 1], ['done']], ['a', 'a'], []],
  ['without a seat nothing goes out by itself', [['send', 'a'], ['refused', 0], ['close'], ['resume']], ['a'], ['a unsent']],
  ['an unanswered one that is in the log was sent after all', [['send', 'a'], ['refused', 0], ['recognise', 1]], ['a'], []],
  ['of two equal ones the second is refused after the log showed the first',
    [['send', 'a'], ['send', 'a'], ['done'], ['recognise', 1], ['refused', 400]], ['a', 'a'], ['a unsent']],
  ['a refused one can be thrown away', [['send', 'a'], ['refused', 400], ['discard', 1]], ['a'], []],
]
for (const [name, steps, asked, left] of CASES) {
  test(name, async () => assert.deepEqual(await play(steps), { asked, left }))
}

test('a message that is sent again has the same id, and two messages have different ones', async () => {
  const ids = []
  let refuse = true
  const outgoing = createOutgoingMessages({
    now: () => 0,
    onChange() {},
    pause: (problem) => (isUnanswered(problem) ? LONG : null),
    async post(client_id) {
      ids.push(client_id)
      if (refuse) throw new Error('no')
    },
  })
  outgoing.send('a')
  await turn()
  refuse = false
  outgoing.again(1)
  await turn()
  outgoing.send('a')
  assert.equal(ids[0], ids[1])
  assert.notEqual(ids[1], ids[2])
})

test('of messages that waited, the room may still ask for a pause', async () => {
  const tried = []
  const answers = [new Problem({ status: 0 }), new Problem({ status: 429, rule: 'messages_are_rate_limited' }), null]
  const outgoing = createOutgoingMessages({
    now: () => 0,
    onChange() {},
    pause: (problem, waited) => (isUnanswered(problem) || waited ? 0 : null),
    async post(client_id) {
      tried.push(client_id)
      const refusal = answers.shift()
      if (refusal) throw refusal
    },
  })
  outgoing.send('a')
  while (outgoing.list.length) await turn()
  assert.equal(tried.length, 3)
  assert.equal(new Set(tried).size, 1)
})

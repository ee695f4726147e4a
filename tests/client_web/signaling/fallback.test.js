/** Which technique a tab uses, and when it goes on to the next. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { FIRST_EVENT_WITHIN, NOTHING_SEEN, chooseTechnique, isSuspect, see } from '../../../client_web/signaling/fallback.js'
import { createSwitching } from '../../../client_web/signaling/switching.js'

const order = (hasSlot) => {
  const failed = new Set()
  const used = []
  for (let name = chooseTechnique({ hasSlot, failed }); !used.includes(name); name = chooseTechnique({ hasSlot, failed })) {
    used.push(name)
    failed.add(name)
  }
  return used
}

test('a tab goes from push to a WebSocket, to long-polling, to polling', () => {
  assert.deepEqual(order(true), ['sse', 'websocket', 'longpoll', 'poll'])
})

test('a tab without a slot keeps no request open', () => {
  assert.deepEqual(order(false), ['websocket', 'poll'])
})

test('a technique is suspect until an event came, and when it became silent twice in a row', () => {
  const after = (...seen) => isSuspect('sse', seen.reduce(see, NOTHING_SEEN))
  assert.equal(after(), true)
  assert.equal(after('lost'), true)
  assert.equal(after('live'), false)
  assert.equal(after('live', 'lost'), false)
  assert.equal(after('live', 'silent', 'live'), false) // another network
  assert.equal(after('live', 'silent', 'live', 'silent'), true) // only the first piece passes
  assert.equal(after('live', 'silent', 'live', 'lost', 'silent'), false)
  assert.equal(isSuspect('poll', NOTHING_SEEN), false)
  assert.equal(after('refused'), false) // the relay is full, or the user has too many streams
  const morning = see(see(NOTHING_SEEN, 'live'), 'silent')
  assert.equal(isSuspect('sse', see(see(morning, 'live'), 'silent', 3_600_000)), false) // another network again
})

/** A tab behind something: `works` names the techniques that get through, `answered` says whether plain requests do. */
function tab({ works = [], answered = true, switches = true }) {
  const failed = new Set()
  const seen = { used: [], closed: [], states: [], cursors: [], ended: 0, asked: 0 }
  const made = []
  const subscription = createSwitching({
    choose: async () => chooseTechnique({ hasSlot: true, failed }),
    make(name, { cursor, onState }) {
      const one = {
        name, state: 'connecting', cursor: cursor ?? `${name}-1`, onState,
        start() {
          seen.used.push(name)
          seen.cursors.push(cursor)
          onState({ state: 'connecting', reason: null })
          if (works.includes(name)) onState({ state: 'live', reason: null })
          else if (name === 'websocket') onState({ state: 'reconnecting', reason: 'network' })
        },
        close() {
          seen.closed.push(name)
          onState({ state: 'ended', reason: 'closed' })
        },
        probe() {},
      }
      made.push(one)
      return one
    },
    isAnswered: switches ? async (signal) => { seen.asked += 1; return typeof answered === 'function' ? answered(signal) : answered } : null,
    fail: (name) => failed.add(name),
    onEnd: () => (seen.ended += 1),
  }, { onFrame() {}, onState: ({ state }) => seen.states.push(state) })
  return { ...{ subscription, seen, made }, settle: async () => { for (let turn = 0; turn < 20; turn += 1) await Promise.resolve() } }
}

test('what does not get through is left, and the one subscription goes on', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const { subscription, seen, settle } = tab({ works: ['longpoll'] })
  subscription.start()
  await settle()
  assert.deepEqual(seen.used, ['sse'])
  context.mock.timers.tick(FIRST_EVENT_WITHIN)
  await settle()
  assert.deepEqual(seen.used, ['sse', 'websocket', 'longpoll'])
  assert.deepEqual(seen.closed, ['sse', 'websocket'])
  assert.deepEqual(seen.states, ['connecting', 'reconnecting', 'live'])
  assert.equal(seen.ended, 0)
  subscription.close()
  assert.equal(seen.ended, 1)
})

test('a relay or a network that answers nothing is no reason to change', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const { subscription, seen, settle } = tab({ answered: false })
  subscription.start()
  await settle()
  for (let turn = 0; turn < 3; turn += 1) {
    context.mock.timers.tick(FIRST_EVENT_WITHIN)
    await settle()
  }
  assert.deepEqual(seen.used, ['sse'])
  assert.equal(seen.asked, 3)
})

test('a relay that refuses a stream is no reason to change', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const { subscription, seen, made, settle } = tab({})
  subscription.start()
  await settle()
  made[0].onState({ state: 'reconnecting', reason: 'network', problem: { status: 429 } })
  context.mock.timers.tick(3 * FIRST_EVENT_WITHIN)
  await settle()
  assert.deepEqual(seen.used, ['sse'])
  subscription.close()
})

test('a question that nobody answers ends, and with the subscription', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const signals = []
  const never = (signal) => new Promise((answer) => {
    signals.push(signal)
    signal.addEventListener('abort', () => answer(false))
  })
  const { subscription, seen, settle } = tab({ answered: never })
  subscription.start()
  await settle()
  for (let turn = 0; turn < 3; turn += 1) {
    context.mock.timers.tick(FIRST_EVENT_WITHIN)
    await settle()
  }
  assert.equal(seen.asked, 2)
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true, false])
  subscription.close()
  assert.equal(signals[1].aborted, true)
})

test('a technique that was chosen by hand stays', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const { subscription, seen, settle } = tab({ switches: false })
  subscription.start()
  await settle()
  context.mock.timers.tick(10 * FIRST_EVENT_WITHIN)
  await settle()
  assert.deepEqual([seen.used, seen.asked], [['sse'], 0])
})

test('a stream whose first piece alone passes is continued from its cursor', async () => {
  const { subscription, seen, made, settle } = tab({ works: ['sse', 'websocket'] })
  subscription.start()
  await settle()
  for (const reason of ['silent', 'silent']) {
    made[0].onState({ state: 'reconnecting', reason })
    made[0].onState({ state: 'live', reason: null })
    await settle()
  }
  assert.deepEqual(seen.used, ['sse', 'websocket'])
  assert.deepEqual(seen.cursors, [null, 'sse-1'])
  subscription.close()
})

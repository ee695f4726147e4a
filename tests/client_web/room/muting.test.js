/** Whether I am muted: my wish at once, then the row, and always a moderator's mute. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createMuting } from '../../../client_web/room/muting.js'
import { unreachable } from '../../../client_web/signaling/problem.js'

/** Muting whose writes wait for an answer. */
function mutingAndItsWrites() {
  const writes = []
  const changes = []
  let answer
  const muting = createMuting({
    onChange: (muted) => changes.push(muted),
    write(muted) {
      writes.push(muted)
      return new Promise((resolve, reject) => {
        answer = { resolve, reject }
      })
    },
  })
  return { muting, writes, changes, resolve: (changed = true) => answer.resolve(changed), refuse: (problem = new Error('no')) => answer.reject(problem) }
}

const turn = () => new Promise((resolve) => setTimeout(resolve))

test('a wish is shown at once, and written', async () => {
  const { muting, writes, changes, resolve } = mutingAndItsWrites()
  const done = muting.set(false)
  muting.seen(true)
  resolve()
  muting.seen(false)
  await done
  assert.deepEqual([writes, changes, muting.muted], [[false], [false], false])
})

test('the event of an older write does not undo a newer wish', async () => {
  const { muting, writes, changes, resolve } = mutingAndItsWrites()
  muting.set(false)
  const done = muting.set(true)
  resolve()
  await turn()
  muting.seen(false)
  resolve()
  await done
  muting.seen(true)
  assert.deepEqual([writes, changes, muting.muted], [[false, true], [false, true], true])
})

test('a moderator mutes me', async () => {
  const { muting, changes, resolve } = mutingAndItsWrites()
  const done = muting.set(false)
  resolve()
  await done
  muting.seen(false)
  muting.seen(true)
  assert.deepEqual(changes, [false, true])
})

// The snapshot left my echo out: whether it is older or newer than my write is not known.
for (const answered of [true, false]) {
  test(`a moderator's mute in a fresh snapshot is obeyed and written again, my write ${answered ? 'answered' : 'under way'}`, async () => {
    const { muting, writes, changes, resolve } = mutingAndItsWrites()
    const done = muting.set(false)
    if (answered) {
      resolve()
      await done
    }
    muting.seen(true, { fresh: true })
    assert.ok(muting.muted && muting.mutedByOther)
    for (let turns = 0; turns < 3; turns += 1) {
      resolve()
      await turn()
    }
    muting.seen(false)
    muting.seen(true)
    assert.deepEqual([writes, changes, muting.muted], [[false, true], [false, true], true])
  })
}

test('a fresh snapshot from before my mute does not open the microphone', async () => {
  const { muting, writes, changes, resolve } = mutingAndItsWrites()
  muting.set(false)
  resolve()
  await turn()
  muting.seen(false)
  const done = muting.set(true)
  muting.seen(false, { fresh: true })
  resolve()
  await done
  assert.deepEqual([writes, changes, muting.muted], [[false, true], [false, true], true])
})

test('a refused wish is taken back', async () => {
  const { muting, writes, changes, refuse } = mutingAndItsWrites()
  const done = muting.set(false).catch(() => {})
  refuse()
  await done
  assert.deepEqual([writes, changes, muting.muted], [[false], [false, true], true])
})

test('a wish without an answer is kept, whatever the log says meanwhile, and written when the connection is back', async () => {
  const { muting, writes, changes, resolve, refuse } = mutingAndItsWrites()
  muting.seen(false)
  const done = muting.set(true)
  refuse(unreachable())
  assert.equal(await done, false)
  muting.seen(false, { fresh: true })
  assert.deepEqual([muting.muted, muting.waiting], [true, true])
  const again = muting.resume()
  resolve()
  assert.equal(await again, true)
  assert.deepEqual([writes, changes.at(-1), muting.waiting], [[true, true], true, false])
})

test('a new session forgets what was wanted in the one before', async () => {
  const { muting, writes, refuse } = mutingAndItsWrites()
  const done = muting.set(false)
  refuse(unreachable())
  await done
  muting.reset()
  await muting.resume()
  assert.deepEqual([writes, muting.muted, muting.waiting], [[false], true, false])
})

test('a wish that needs no write does not keep the next one from being written', async () => {
  const { muting, writes, resolve } = mutingAndItsWrites()
  assert.equal(await muting.set(true), true)
  const done = muting.set(false)
  assert.deepEqual(writes, [false])
  resolve()
  assert.equal(await done, true)
})

test('a wish that is taken back without a connection is written: the first one may have arrived, and its event may come later', async () => {
  const { muting, writes, changes, resolve, refuse } = mutingAndItsWrites()
  const on = muting.set(false)
  refuse(unreachable())
  await on
  const off = muting.set(true)
  refuse(unreachable())
  assert.equal(await off, false)
  assert.equal(muting.waiting, true)
  const again = muting.resume()
  muting.seen(false)
  resolve()
  assert.equal(await again, true)
  muting.seen(true)
  assert.deepEqual([writes, changes.at(-1), muting.waiting], [[false, true, true], true, false])
  assert.ok(!changes.slice(changes.indexOf(true)).includes(false), 'the microphone was on again')
})

test('an event of somebody else, before those of my writes, does not open the microphone', async () => {
  const { muting, changes, resolve, refuse } = mutingAndItsWrites()
  const on = muting.set(false)
  resolve()
  await on
  const off = muting.set(true)
  refuse(unreachable())
  await off
  const again = muting.resume()
  muting.seen(true) // another seat changed; the events of mine come later
  muting.seen(false)
  resolve()
  await again
  muting.seen(true)
  assert.deepEqual([changes.slice(0, 2), changes.includes(false, 1), muting.muted, muting.mutedByOther], [[false, true], false, true, false])
})

test('after a write that changed nothing no event is awaited, so a moderator is obeyed', async () => {
  const { muting, resolve, refuse } = mutingAndItsWrites()
  muting.seen(false)
  const off = muting.set(true)
  refuse(unreachable())
  await off
  const on = muting.set(false)
  resolve(false)
  assert.equal(await on, true)
  muting.seen(true)
  assert.deepEqual([muting.muted, muting.mutedByOther], [true, true])
})

test('late events of a key that was pressed again and again do not leave the microphone on', async () => {
  const { muting, writes, changes, resolve } = mutingAndItsWrites()
  for (const muted of [false, true, false]) {
    const done = muting.set(muted)
    resolve()
    await done
  }
  muting.seen(false)
  muting.seen(true) // of the key's first release, while it is held again
  assert.equal(muting.muted, false)
  const done = muting.set(true)
  muting.seen(false)
  resolve()
  await done
  muting.seen(true)
  assert.deepEqual([writes, changes, muting.mutedByOther], [[false, true, false, true], [false, true, false, true], false])
})

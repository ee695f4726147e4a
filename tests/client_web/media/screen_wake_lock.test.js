/** The screen stays awake in a room. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createScreenWakeLock } from '../../../client_web/media/screen_wake_lock.js'

test('the screen stays awake in a room, and again after it was hidden', async () => {
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  const locks = []
  const wakeLock = {
    async request() {
      const lock = Object.assign(new EventTarget(), {
        released: false,
        release() {
          this.released = true
          this.dispatchEvent(new Event('release'))
        },
      })
      locks.push(lock)
      return lock
    },
  }
  const wake = createScreenWakeLock({ wakeLock, page })
  const turn = () => new Promise((resolve) => setTimeout(resolve))
  const see = async (visibilityState) => {
    page.visibilityState = visibilityState
    page.dispatchEvent(new Event('visibilitychange'))
    await turn()
  }
  const released = () => locks.every((lock) => lock.released)
  wake.setWanted(true)
  wake.setWanted(true)
  await turn()
  assert.deepEqual([wake.held, locks.length], [true, 1])
  locks[0].release() // what a browser does with a hidden page
  await see('hidden')
  assert.deepEqual([wake.held, locks.length], [false, 1])
  await see('visible')
  assert.deepEqual([wake.held, locks.length], [true, 2])
  wake.setWanted(false)
  await see('visible')
  assert.deepEqual([wake.held, locks.length, released()], [false, 2, true])
  wake.setWanted(true)
  wake.setWanted(false)
  await turn()
  assert.deepEqual([wake.held, released()], [false, true])
})

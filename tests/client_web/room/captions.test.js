/** When the browser may recognise what I say. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createCaptions } from '../../../client_web/room/captions.js'

test('nothing is recognised in an encrypted room, nor before I agreed in this page', async () => {
  globalThis.navigator ??= { language: 'en' } // older versions of Node have none
  let started = 0
  globalThis.webkitSpeechRecognition = class extends EventTarget {
    start() {
      started += 1
    }
    stop() {
      this.dispatchEvent(new Event('end'))
    }
    abort() {}
  }
  let barred = true
  const seat = { row: { captioned_by: 'self' }, room: { state: { room: { captions: true } } } } // as the log says it
  const captions = createCaptions({ api: { user: { id: 1 }, changeSeat: async () => {} }, seat, heard: () => ({}), barred: () => barred, onChange() {} })
  const observed = async () => {
    captions.observe()
    await new Promise((resolve) => setTimeout(resolve, 0))
    await new Promise((resolve) => setTimeout(resolve, 0))
    return started
  }
  await captions.agree('self')
  assert.equal(await observed(), 0)
  assert.equal(captions.state.on, false)
  await captions.agree(null)
  barred = false
  assert.equal(await observed(), 0)
  await captions.agree('self')
  assert.equal(await observed(), 1)
  captions.close()
})

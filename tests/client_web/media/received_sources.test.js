/** Who is heard just now, by the changes of what a receiver reports. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { RECENT_FROM_EDGE, createReceivedSources } from '../../../client_web/media/received_sources.js'

function received(reports = {}, options = {}) {
  const state = { now: 0, stream: [], mixed: [], ...reports }
  const sources = createReceivedSources({ getSynchronizationSources: () => state.stream, getContributingSources: () => state.mixed }, { ...options, now: () => state.now })
  return { sources, at: (now, later) => Object.assign(state, { now }, later) }
}
const report = (source, timestamp, audioLevel) => ({ source, timestamp, audioLevel, rtpTimestamp: 0 })

test('a voice in a mix is heard while its reports change, however late and by whatever clock they are', () => {
  const { sources, at } = received()
  at(1_000_000, { mixed: [report(4, 12), report(5, 12)] })
  assert.deepEqual(sources.contributing(), [4, 5])
  at(1_000_060, { mixed: [report(4, 72), report(5, 12)] })
  assert.deepEqual(sources.contributing(), [4, 5])
  at(1_000_120)
  assert.deepEqual(sources.contributing(), [4])
  at(1_000_160)
  assert.deepEqual(sources.contributing(), [])
})

test('a stream has the level of its last packet, until no more come', () => {
  const { sources, at } = received()
  assert.deepEqual([sources.isFlowing(), sources.level()], [false, 0])
  at(10, { stream: [report(77, 5, 0.25)] })
  assert.deepEqual([sources.isFlowing(), sources.level()], [true, 0.25])
  at(110)
  assert.deepEqual([sources.isFlowing(), sources.level()], [false, 0])
  at(500, { stream: [report(77, 495)] })
  assert.deepEqual([sources.isFlowing(), sources.level()], [true, 0])
})

test('what came before does not count: the track may have had another voice', () => {
  const { sources, at } = received({ stream: [report(77, 5, 0.25)], mixed: [report(4, 5)] })
  assert.deepEqual([sources.isFlowing(), sources.contributing()], [false, []])
  at(20, { stream: [report(77, 25, 0.25)], mixed: [report(4, 25)] })
  assert.deepEqual([sources.isFlowing(), sources.contributing()], [true, [4]])
})

test('an edge flows although one of its packets, which come every 60 ms, is late', () => {
  const { sources, at } = received({}, { within: RECENT_FROM_EDGE })
  at(0, { stream: [report(77, 5, 0.25)] })
  assert.equal(sources.isFlowing(), true)
  at(180)
  assert.deepEqual([sources.isFlowing(), sources.level()], [true, 0.25])
  at(300)
  assert.equal(sources.isFlowing(), false)
})

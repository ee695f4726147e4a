/** The quality of connections, in words, and the user of each track. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { assess, createQuality } from '../../../client_web/media/quality.js'
import { connectionExplained, connectionInWords, qualityInNumbers, qualityProblemInWords } from '../../../client_web/view/stage/quality_words.js'

const count = (received, lost, jitter_ms = 4, round_trip_ms = 12) => ({ received, lost, jitter_ms, round_trip_ms })
const start = count(1000, 10)

test('the quality of a connection is described in words', () => {
  const words = (...looks) => connectionInWords(assess(looks))
  assert.equal(words(start), '')
  assert.equal(words(start, count(1010, 10)), '')
  assert.equal(words(start, count(1100, 10)), 'good')
  assert.equal(words(start, count(1097, 13)), 'a little choppy')
  assert.equal(words(start, count(1092, 18)), 'weak')
  assert.equal(words(start, count(1100, 10, 120)), 'weak')
  assert.equal(words(start, count(1100, 10, 4, 950)), 'weak')
  assert.equal(words(start, count(1200, 5)), 'good')
  assert.equal(connectionInWords(null), '')
  const weak = assess([start, count(1092, 18)])
  assert.deepEqual(connectionExplained(weak, false), {
    title: 'Connection: weak',
    meaning: 'You will miss words. The problem is their connection, yours, or the network between you.',
  })
  assert.equal(qualityInNumbers(weak), '8 % of packets lost · 5 ms of jitter · 10 ms round trip')
  assert.equal(qualityProblemInWords(weak), 'Weak connection')
})

test('a quality belongs to the user of the track, and no statistics are read while the page is hidden', async (t) => {
  // One connection carries two voices and mine; another one mine only, badly.
  let owners = { one: 1, two: 2 }
  let [asked, rounds] = [0, 0]
  const page = { visibilityState: 'visible' }
  const stats = (lost, mine) => new Map([
    { type: 'transport', id: 't', selectedCandidatePairId: 'p' },
    { type: 'candidate-pair', id: 'p', currentRoundTripTime: 0.02 },
    { type: 'inbound-rtp', id: 'i1', kind: 'audio', trackIdentifier: 'one', packetsReceived: rounds * 100, packetsLost: 0, jitter: 0.003 },
    { type: 'inbound-rtp', id: 'i2', kind: 'audio', trackIdentifier: 'two', packetsReceived: rounds * 100 - rounds * lost, packetsLost: rounds * lost, jitter: 0.003 },
    { type: 'outbound-rtp', id: 'o', packetsSent: rounds * 100 },
    { type: 'remote-inbound-rtp', id: 'r', localId: 'o', kind: 'audio', packetsLost: rounds * mine, jitter: 0.001, roundTripTime: 0.03 },
  ].map((each) => [each.id, each]))
  const shared = {
    async getStats() {
      asked += 1
      rounds += 1
      return stats(9, 0)
    },
  }
  const bad = { getStats: async () => new Map([...stats(0, 50)].filter(([id]) => !id.startsWith('i'))) }
  let look = async () => {}
  const seen = []
  const quality = createQuality({
    connections: () => [shared, bad],
    ownerOf: (id) => owners[id],
    me: 9,
    page,
    onChange: (all) => seen.push(Object.fromEntries([...all].map(([id, each]) => [id, each.level]))),
  })
  const timers = t.mock.method(globalThis, 'setInterval', (given) => {
    look = given
    return 1
  })
  quality.start()
  timers.mock.restore()
  for (let time = 0; time < 3; time += 1) await look()
  page.visibilityState = 'hidden'
  const before = asked
  await look()
  assert.equal(asked, before)
  page.visibilityState = 'visible'
  owners = { one: 2, two: 1 } // the node gave the voices other tracks
  for (let time = 0; time < 4; time += 1) await look()
  quality.stop()
  assert.deepEqual(seen[0], { 1: 'good', 2: 'weak', 9: 'good' })
  assert.deepEqual(seen.slice(-2), [{ 1: 'weak', 2: 'good', 9: 'good' }, {}])
})

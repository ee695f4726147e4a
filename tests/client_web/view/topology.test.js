/** What is announced of the way of the audio: only what changes while one is in the room. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { costInWords, routeInWords, routeNews } from '../../../client_web/view/room/topology_words.js'

const WEAK = { level: 'weak', loss: 0.2, jitter_ms: 90, round_trip_ms: 400 }
const route = (topology, status = 'settled', quality = null) => ({ topology, status, quality })

/** What is announced when the route becomes one after the other. */
function heard(...routes) {
  let known = null
  return routes.map((each) => {
    const news = routeNews(known, each)
    known = news.known
    return news.words
  })
}

for (const [name, routes, words] of [
  ['an entry into a mesh', [route('mesh')], ['']],
  ['an entry into a room with a server', [route('sfu', 'connecting'), route('sfu')], ['', '']],
  ['an entry while the room moves', [route('sfu', 'moving'), route('mcu', 'connecting'), route('mcu')], ['', '', '']],
  ['a repeated state', [route('sfu'), route('sfu'), route('sfu')], ['', '', '']],
  ['another way', [route('mesh'), route('sfu', 'moving'), route('sfu'), route('sfu')],
    ['', 'Changing how the sound travels…', 'From now on, audio goes through a server, which forwards every voice', '']],
  ['another way, to a mesh at once', [route('mcu'), route('mesh')], ['', 'From now on, audio goes directly from person to person']],
  ['a change that is taken back', [route('mesh'), route('sfu', 'moving'), route('mesh')], ['', 'Changing how the sound travels…', 'The sound travels as before']],
  ['a connection that broke', [route('sfu'), route('sfu', 'reconnecting'), route('sfu')],
    ['', 'Reconnecting with the audio server…', 'You are connected with the audio server now']],
  ['a server that is missing at the entry, which is said above the people', [route('sfu', 'no_node'), route('sfu', 'connecting'), route('sfu')],
    ['', 'Connecting with the audio server…', 'You are connected with the audio server now']],
  ['a bad connection', [route('sfu'), route('sfu', 'settled', WEAK), route('sfu')], ['', 'Weak connection', 'Your connection is good again']],
]) test(`announced: ${name}`, () => assert.deepEqual(heard(...routes), words))

test('who listens through an edge is told so, and that the rest of the room is on a node changes nothing', () => {
  const words = (topology, kind) => routeInWords({ topology, node: kind && { kind } })
  assert.equal(words('sfu', 'edge'), 'Audio comes from a server for large audiences, which has all voices in one')
  assert.equal(words('sfu', 'edge'), words('mcu', 'edge'))
  assert.equal(words('sfu', 'sfu'), 'Audio goes through a server, which forwards every voice')
  assert.equal(words('mesh', null), 'Audio goes directly from person to person')
})

test('what a topology costs a listener depends on who serves them', () => {
  const listener = { me: { me: true, on_stage: false }, counts: { here: 60 }, stage: [{}, {}, {}] }
  const byNode = { ...listener, route: { topology: 'sfu', node: { kind: 'sfu' } } }
  const byEdge = { ...listener, route: { topology: 'sfu', node: { kind: 'edge' } } }
  assert.equal(costInWords('sfu', byNode), 'Here you send nothing and get 3 voices.')
  assert.equal(costInWords('sfu', byEdge), 'Here you send nothing and get one sound.')
  assert.equal(costInWords('mesh', byEdge), 'Here you send nothing and get 3 voices.')
  assert.equal(costInWords('mcu', { ...listener, route: null }), 'Here you send nothing and get one sound.')
})

test('what a topology costs a speaker is said of when they talk, as who is muted sends nothing', () => {
  const speaker = { me: { me: true, on_stage: true }, counts: { here: 12 }, stage: [{ me: true }, {}, {}, {}], route: null }
  assert.equal(costInWords('mesh', speaker), 'Here you get 3 voices. When you talk, you send 11 times.')
  assert.equal(costInWords('sfu', speaker), 'Here you get 3 voices. When you talk, you send once.')
  assert.equal(costInWords('mcu', speaker), 'Here you get one sound. When you talk, you send once.')
})

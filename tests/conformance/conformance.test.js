/** What JavaScript and Python must decide alike, by the cases beside this file. Python's half is test_conformance.py. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { isUsed } from '../../client_web/media/glare.js'
import { offersFirst, shouldConnect } from '../../client_web/media/mesh.js'
import { roomNodeOf, voicesAt, voicesNowAt } from '../../client_web/media/node_rules.js'
import { closesOldAfter } from '../../client_web/media/route_changes.js'
import { folded } from '../../client_web/room/folding.js'
import { EMPTY_HALLWAY, openRooms, reduceHallway } from '../../client_web/room/hallway.js'
import { EMPTY, isAudible, isNode, onStage, present, reduce } from '../../client_web/room/state.js'
import { RECONNECT_REASONS } from '../../client_web/signaling/subscription.js'
import { createOutbox } from '../../client_web/signaling/outbox.js'
import { Problem, problemOf } from '../../client_web/signaling/problem.js'
import { problemInWords } from '../../client_web/view/elements/problem_words.js'
import { endingInWords } from '../../client_web/view/room/ending_words.js'

/** One test for each case of a file. */
function cases(name, check) {
  const { cases: all } = JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'))
  for (const one of all) test(`${name}: ${one.name}`, () => check(one))
}

const names = (seats) => seats.map(({ username }) => username)

cases('connections', ({ me, other, connects, offers, counted = false }) => {
  assert.equal(shouldConnect(me, other), connects)
  if (offers !== null) assert.equal(offersFirst(me, other, counted), offers === 'me')
})

cases('glare', ({ kind, polite, making_offer, signaling_state, used }) => {
  assert.equal(isUsed(kind, { polite, makingOffer: making_offer, signalingState: signaling_state }), used)
})

cases('room', ({ frames, present: here, stage, heard, audience = null }) => {
  const room = frames.reduce(reduce, EMPTY)
  assert.deepEqual(room.audience, audience)
  assert.deepEqual({ present: names(present(room)), stage: names(onStage(room)), heard: names(present(room).filter(isAudible)) }, { present: here, stage, heard })
})

cases('hallway', ({ frames, rooms }) => {
  const listed = openRooms(frames.reduce(reduceHallway, EMPTY_HALLWAY), new Set())
  assert.deepEqual(listed.map(({ id, here }) => [id, here]), rooms)
})

cases('folding', ({ text, folded: expected }) => assert.equal(folded(text), expected))

cases('routes', ({ topology, me, seats, node, voices, voices_now = [], direct }) => {
  const found = roomNodeOf(seats, topology, me)
  assert.equal(found?.username ?? null, node)
  assert.deepEqual(found ? voicesAt(found, me, seats) : [], voices)
  assert.deepEqual(found ? voicesNowAt(found, me, seats) : [], voices_now)
  const people = topology === 'mesh' ? seats.filter((seat) => !isNode(seat)) : []
  assert.deepEqual(names(people.filter((seat) => shouldConnect(me, seat))), direct)
})

cases('route_changes', ({ closes_after, ...now }) => assert.equal(closesOldAfter(now), closes_after))

cases('signal_order', async ({ sends, refuses, arrives, refused }) => {
  const arrived = {}
  const dropped = []
  const outbox = createOutbox({
    async post(signals) {
      if (signals.some(({ to_peer }) => to_peer === refuses)) throw new Problem({ status: 409, code: '23514', rule: 'signals_recipient_is_seated' })
      for (const { to_peer, kind, body } of signals) {
        arrived[to_peer] ??= []
        arrived[to_peer].push(...[body].flat().map((each) => [kind, each]))
      }
    },
    onRefused: ({ to_peer, kind }) => dropped.push([to_peer, kind]),
  })
  for (const { to, kind, body } of sends) outbox.send(to, kind, body)
  await new Promise((resolve) => setTimeout(resolve))
  assert.deepEqual(arrived, arrives)
  assert.deepEqual(dropped, refused)
})

cases('refusals', async ({ status, body, temporary, rule, message }) => {
  const problem = await problemOf(body ? Response.json(body, { status }) : new Response('<html>', { status }))
  assert.deepEqual([problem.temporary, problem.rule], [temporary, rule])
  if (message !== null) assert.equal(problem.message, message)
})

cases('page_refusals', ({ rule, status, message, hint, shown, title }) => {
  const problem = new Problem({ rule, status, message: message ?? undefined, hint })
  assert.equal(problemInWords(problem), shown)
  assert.equal(endingInWords({ reason: 'refused', problem }).title, title)
})

cases('byes', ({ name, goes_on }) => assert.equal(RECONNECT_REASONS.has(name), goes_on))

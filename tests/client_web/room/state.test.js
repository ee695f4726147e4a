/** The room as a pure reducer over frames of its log. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { EMPTY, countsOf, handQueue, handsOf, onStage, present, reduce } from '../../../client_web/room/state.js'

const names = (seats) => seats.map(({ username }) => username)

function roomAfter(...frames) {
  let state = EMPTY
  let unchanged = 0
  for (const frame of frames) {
    const next = reduce(state, frame)
    unchanged += Number(next === state)
    state = next
  }
  return {
    ...{ seq: state.seq, epoch: state.epoch, room: state.room, ended: state.ended, unchanged },
    ...{ people: names(present(state)), stage: names(onStage(state)), audience: names(present(state).filter((seat) => !onStage(state).includes(seat))), hands: names(handQueue(state)) },
    muted: names(present(state).filter(({ muted }) => muted)),
    seatEvents: state.seatEvents.map(({ kind, username }) => `${username} ${kind}`),
    ids: state.seatEvents.map(({ id }) => id),
  }
}

const seat = (user_id, username, seq, fields = {}) =>
  ({ user_id, username, seq, role: 'SPEAKER', muted: true, peer_id: `${username}-${seq}`, kind: 'person', room_id: 1, ...fields })

const snapshot = (cursor, ...participants) =>
  ({ type: 'snapshot', cursor, data: { cursor, room: { id: 1, name: 'Den' }, participants, signals: [], hallway: [] } })

function event(cursor, type, record, old_record = null, fields = {}) {
  const seq = Number(cursor.split('-').at(-1))
  return { type: 'participants', cursor, data: { seq, table: 'participants', type, record, old_record, ...fields } }
}

const RICK = seat(1, 'rick', 3)
const BETH = seat(2, 'beth', 5)

test('people are in the order they joined', () => {
  const morty = seat(3, 'morty', 8, { role: 'AUDIENCE' })
  const room = roomAfter(snapshot('1-7', BETH, RICK), event('1-8', 'INSERT', morty))
  assert.deepEqual(room.people, ['rick', 'beth', 'morty'])
  assert.deepEqual([room.stage, room.audience], [['rick', 'beth'], ['morty']])
  assert.deepEqual(room.seatEvents, ['morty joined'])
})

test('a replayed event changes nothing', () => {
  const gone = event('1-8', 'DELETE', null, BETH, { reason: 'left' })
  const room = roomAfter(snapshot('1-7', RICK, BETH), gone, gone, event('1-6', 'INSERT', BETH))
  assert.deepEqual([room.people, room.unchanged], [['rick'], 2])
})

test('an event of another epoch waits for its snapshot', () => {
  const stranger = event('2-9', 'INSERT', BETH)
  assert.deepEqual(roomAfter(snapshot('1-7', RICK), stranger).people, ['rick'])
  assert.deepEqual(roomAfter(snapshot('1-7', RICK), snapshot('2-1', BETH)).people, ['beth'])
})

test('a resumed stream keeps the room', () => {
  const resumed = { type: 'snapshot', cursor: null, data: { hallway: [] } }
  const room = roomAfter(snapshot('1-7', RICK), resumed, event('1-8', 'INSERT', BETH))
  assert.deepEqual([room.people, room.seq], [['rick', 'beth'], 8])
})

test('muting keeps the place', () => {
  const change = event('1-8', 'UPDATE', { ...RICK, muted: false }, RICK)
  const room = roomAfter(snapshot('1-7', RICK, BETH), change)
  assert.deepEqual([room.people, room.muted, room.seatEvents], [['rick', 'beth'], ['beth'], []])
})

test('hands queue in the order they were raised', () => {
  const first = '2026-03-01T20:00:00.000200+00:00'
  const second = '2026-03-01T20:00:00.000300+00:00' // the same millisecond
  const [rick, beth] = [RICK, BETH].map((each) => ({ ...each, role: 'AUDIENCE' }))
  const waiting = snapshot('1-7', { ...rick, hand_raised_at: second }, beth)
  const raised = event('1-8', 'UPDATE', { ...beth, hand_raised_at: first }, beth)
  const room = roomAfter(waiting, raised)
  assert.deepEqual([room.hands, room.seatEvents], [['beth', 'rick'], ['beth hand']])
  const lowered = event('1-9', 'UPDATE', beth, { ...beth, hand_raised_at: first })
  assert.deepEqual(roomAfter(waiting, raised, lowered).hands, ['rick'])
})

test('joining again moves to the end', () => {
  const room = roomAfter(snapshot('1-7', RICK, BETH), event('1-8', 'UPDATE', seat(1, 'rick', 8), RICK))
  assert.deepEqual([room.people, room.seatEvents], [['beth', 'rick'], []])
})

test('a host who left is not present, although the seat is kept', () => {
  const host = { ...RICK, role: 'HOST' }
  const away = event('1-8', 'UPDATE', { ...host, peer_id: null }, host, { reason: 'left' })
  const room = roomAfter(snapshot('1-7', host, BETH), away)
  assert.deepEqual([room.people, room.seatEvents], [['beth'], ['rick left']])
  const back = event('1-9', 'UPDATE', seat(1, 'rick', 9, { role: 'HOST' }), { ...host, peer_id: null })
  const again = roomAfter(snapshot('1-7', host, BETH), away, back)
  assert.deepEqual([again.people, again.seatEvents.at(-1)], [['beth', 'rick'], 'rick joined'])
})

test('seat events have a reason', () => {
  const room = roomAfter(
    snapshot('1-7', RICK, { ...BETH, muted: false }),
    event('1-8', 'UPDATE', { ...BETH, muted: true }, BETH),
    event('1-9', 'UPDATE', { ...BETH, role: 'AUDIENCE' }, BETH),
    event('1-10', 'DELETE', null, BETH, { reason: 'timeout' }),
    event('1-11', 'DELETE', null, RICK, { reason: 'removed' }),
    event('1-12', 'INSERT', seat(3, 'eve', 12), null),
    event('1-13', 'DELETE', null, seat(3, 'eve', 12), { reason: 'removed' }),
  )
  assert.deepEqual(room.seatEvents, ['beth muted', 'beth role', 'beth timeout', 'rick removed', 'eve joined', 'eve removed'])
  assert.deepEqual(room.ids, [1, 2, 3, 4, 5, 6])
})

test('seat events are bounded, and their numbers only grow', () => {
  const numbers = Array.from({ length: 52 }, (_, index) => index + 8)
  const frames = numbers.map((n) => event(`1-${n}`, 'INSERT', seat(n, `guest ${n}`, n), null, { committed: null }))
  assert.deepEqual(roomAfter(snapshot('1-7'), ...frames).ids, Array.from({ length: 30 }, (_, index) => index + 23))
})

test('a room that is renamed keeps what the event does not say', () => {
  const renamed = { type: 'rooms', cursor: '1-8', data: { seq: 8, table: 'rooms', type: 'UPDATE', record: { name: 'Attic' } } }
  assert.deepEqual(roomAfter(snapshot('1-7', RICK), renamed).room, { id: 1, name: 'Attic' })
})

const COUNTED = { id: 1, name: 'Den', topology: 'sfu', roster: 'counted' }
const numbers = (here, on_stage) => ({ type: 'audience', cursor: null, data: { room_id: 1, here, on_stage, audience: here - on_stage } })
const counted = (cursor, ...participants) =>
  ({ type: 'snapshot', cursor, data: { cursor, user_id: 9, room: COUNTED, participants, seats: [seat(9, 'me', 7, { role: 'AUDIENCE' })], audience: numbers(2916, 2).data, names: [], signals: [] } })
const roster = (cursor, value) => ({ type: 'rooms', cursor, data: { seq: Number(cursor.split('-')[1]), table: 'rooms', type: 'UPDATE', record: { ...COUNTED, roster: value } } })
const listens = (user_id, username, seq, fields = {}) => seat(user_id, username, seq, { role: 'AUDIENCE', ...fields })

test('who of a counted audience raises a hand, speaks or lowers it again has not just joined, nor left', () => {
  const [dao, up] = [listens(4, 'dao', 6), listens(4, 'dao', 6, { hand_raised_at: '2026-03-01T20:00:00Z' })]
  const speaks = { ...dao, role: 'SPEAKER' }
  const raised = [counted('1-9', RICK, BETH), event('1-10', 'UPDATE', up, dao)]
  assert.deepEqual([roomAfter(...raised).people, roomAfter(...raised).seatEvents], [['rick', 'beth', 'dao', 'me'], ['dao hand']])
  const room = roomAfter(...raised, event('1-11', 'UPDATE', speaks, up), event('1-12', 'UPDATE', dao, speaks))
  assert.deepEqual([room.people, room.seatEvents], [['rick', 'beth', 'me'], ['dao hand', 'dao role', 'dao role']])
})

test('when the roster is full again, nobody is announced', () => {
  const [dao, eve] = [listens(4, 'dao', 4), listens(5, 'eve', 8)]
  const room = roomAfter(counted('1-9', RICK, BETH), roster('1-10', 'full'), event('1-11', 'UPDATE', dao, dao), event('1-12', 'UPDATE', eve, eve))
  assert.deepEqual([room.people, room.seatEvents], [['rick', 'dao', 'beth', 'me', 'eve'], []])
})

test('in a counted mesh, who listens leaves without an announcement', () => {
  const dao = listens(4, 'dao', 6)
  const mesh = counted('1-9', RICK, BETH)
  mesh.data = { ...mesh.data, room: { ...COUNTED, topology: 'mesh' }, seats: [seat(9, 'me', 7), dao] }
  const room = roomAfter(mesh, event('1-10', 'DELETE', null, dao, { reason: 'left', recipient: 9 }))
  assert.deepEqual([room.people, room.seatEvents], [['rick', 'beth', 'me'], []])
})

test('the numbers of a counted room count all, and the same numbers change nothing', () => {
  const before = reduce(EMPTY, counted('1-9', RICK, BETH))
  assert.deepEqual(countsOf(before), { here: 2916, on_stage: 2, audience: 2914 })
  assert.equal(reduce(before, numbers(2916, 2)), before)
  assert.deepEqual(countsOf(reduce(before, numbers(2917, 2))), { here: 2917, on_stage: 2, audience: 2915 })
  const full = reduce(before, roster('1-10', 'full'))
  assert.equal(reduce(full, numbers(2917, 2)), full)
  assert.deepEqual(countsOf(full), { here: 3, on_stage: 2, audience: 1 })
  assert.deepEqual(countsOf(reduce(full, roster('1-11', 'counted'))), { here: 3, on_stage: 2, audience: 1 })
})

test('hands whose seats are not known are counted with those that are', () => {
  const [dao, up] = [listens(4, 'dao', 6), listens(4, 'dao', 6, { hand_raised_at: '2026-03-01T20:00:00Z' })]
  const eve = listens(5, 'eve', 8, { hand_raised_at: '2026-03-01T20:00:01Z' })
  const many = counted('1-9', RICK, BETH, eve)
  many.data.hands = 500
  const steps = [event('1-10', 'UPDATE', up, dao), event('1-11', 'UPDATE', { ...up, role: 'SPEAKER', hand_raised_at: null }, up),
    event('1-12', 'DELETE', null, listens(6, 'zoe', 5, { hand_raised_at: '2026-03-01T19:00:00Z' }), { reason: 'left' }), event('1-13', 'DELETE', null, eve, { reason: 'left' })]
  const states = steps.reduce((found, frame) => [...found, reduce(found.at(-1), frame)], [reduce(EMPTY, many)])
  assert.deepEqual(states.map(handsOf), [500, 501, 500, 499, 498])
  assert.deepEqual(handQueue(states[1]).map(({ username }) => username), ['dao', 'eve'])
  const full = reduce(states[4], roster('1-14', 'full'))
  assert.deepEqual([full.hands, handsOf(full)], [null, 0])
  const again = reduce(reduce(full, event('1-15', 'UPDATE', up, dao)), roster('1-16', 'counted'))
  assert.equal(handsOf(again), 1)
})

test('who speaks is known from the snapshot and from each event, which has all who do', () => {
  const first = snapshot('1-7', RICK, BETH)
  first.data.speakers = [1]
  const speakers = (seq, users) => ({ type: 'speakers', cursor: `1-${seq}`, data: { seq, table: 'speakers', type: 'INSERT', record: { room_id: 1, users }, old_record: null } })
  const after = (...frames) => [...[first, ...frames].reduce(reduce, EMPTY).speakers]
  assert.deepEqual([after(), after(speakers(8, [1, 2])), after(speakers(8, [2]), speakers(9, []))], [[1], [1, 2], []])
  assert.deepEqual([...reduce(EMPTY, snapshot('1-7', RICK)).speakers], [])
})

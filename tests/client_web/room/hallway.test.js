/** The hallway as a pure reducer: the newer cursor wins, ended rooms disappear, and cards keep their order. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { EMPTY_HALLWAY, openRooms, reduceHallway } from '../../../client_web/room/hallway.js'
import { NOBODY_HERE, reducePeople } from '../../../client_web/room/followed_people.js'
import { withMore } from '../../../client_web/room/more_rooms.js'
import { knownInWords } from '../../../client_web/view/hallway/hallway_words.js'

const row = (id, here, cursor, fields = {}) => ({ id, here, cursor, club_id: null, ended_at: null, ...fields })
const snapshot = (...rows) => ({ type: 'snapshot', cursor: null, data: { hallway: rows } })
const changed = (data) => ({ type: 'hallway', cursor: null, data })

function rooms(frames, following = []) {
  const hallway = frames.reduce(reduceHallway, EMPTY_HALLWAY)
  return openRooms(hallway, new Set(following)).map(({ id, here, followed }) => [id, here, followed])
}

test('the newer cursor wins, whatever comes last', () => {
  assert.deepEqual(rooms([snapshot(row(1, 1, '1-4')), changed(row(1, 3, '1-11')), changed(row(1, 2, '1-9'))]), [[1, 3, false]])
})

test('a lost log starts over', () => {
  assert.deepEqual(rooms([snapshot(row(1, 9, '1-40')), changed(row(1, 1, '2-1'))]), [[1, 1, false]])
})

test('an ended room disappears, and a row that arrives late does not bring it back', () => {
  const frames = [snapshot(row(1, 1, '1-4'), row(2, 1, '1-1')), changed({ id: 1, cursor: '1-9', ended_at: '2030-01-01T00:00:00Z' })]
  assert.deepEqual(rooms(frames), [[2, 1, false]])
  assert.deepEqual(rooms([...frames, changed(row(1, 5, '1-8'))]), [[2, 1, false]])
})

test('a snapshot drops rooms it does not name', () => {
  assert.deepEqual(rooms([snapshot(row(1, 1, '1-4'), row(2, 1, '1-1')), snapshot(row(2, 2, '1-2'))]), [[2, 2, false]])
})

test('rooms of clubs I follow come first, and nothing else reorders', () => {
  const start = snapshot(row(3, 0, '1-1'), row(1, 0, '1-1'), row(2, 0, '1-1', { club_id: 7 }))
  assert.deepEqual(rooms([start, changed(row(3, 50, '1-9'))], [7]), [[2, 0, true], [1, 0, false], [3, 50, false]])
})

test('rooms beyond my window are added, unless they are known to have ended or the window has them', () => {
  const window = [snapshot(row(1, 1, '1-4'), row(2, 1, '1-1')), changed({ id: 2, cursor: '1-5', hidden: true }), changed({ id: 3, cursor: '1-9', ended_at: 'now' })].reduce(reduceHallway, EMPTY_HALLWAY)
  const more = new Map([[1, row(1, 7, '1-4')], [2, row(2, 7, '1-5')], [3, row(3, 7, '1-8')], [4, row(4, 7, '1-1')]])
  assert.deepEqual(openRooms(withMore(window, more), new Set()).map(({ id, here }) => [id, here]), [[1, 1], [2, 7], [4, 7]])
})

test('the people I follow are named where everybody may see them, and on the stages that I see', () => {
  const hallway = [snapshot(row(1, 2, '1-4'), row(2, 1, '1-1', { people: [{ user_id: 8, username: 'bo' }, { user_id: 9, username: 'cy' }] }))].reduce(reduceHallway, EMPTY_HALLWAY)
  const moved = (...people) => ({ type: 'people', cursor: null, data: { people } })
  const known = (frames, following) => openRooms(hallway, new Set(), { following: new Set(following), here: frames.reduce(reducePeople, NOBODY_HERE) }).map((each) => each.known)
  const anna = { user_id: 7, username: 'anna', rooms: [1] }
  const first = { type: 'snapshot', cursor: null, data: { hallway: [], people: [anna] } }
  assert.deepEqual(known([first], [7, 8]), [['anna'], ['bo']])
  assert.deepEqual(known([first, moved({ ...anna, rooms: [1, 2] })], [7, 8]), [['anna'], ['bo', 'anna']])
  assert.deepEqual(known([first, moved({ user_id: 7, rooms: [] })], [7]), [[], []])
  assert.deepEqual(known([moved(anna), snapshot()], [7]), [[], []])
  assert.deepEqual(known([first], [9]), [[], ['cy']])
  assert.equal(knownInWords(['anna', 'bo']), 'anna and bo are here')
  assert.equal(knownInWords(['anna', 'bo', 'cy', 'dee']), 'anna, bo, and 2 other people you follow are here')
})

/** Which clubs changed, so that a page that shows one reads it again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { NO_CLUB_CHANGES, changedAfter, reduceClubChanges } from '../../../client_web/room/clubs.js'

const after = (...frames) => frames.reduce((changes, [type, data]) => reduceClubChanges(changes, { type, data }), NO_CLUB_CHANGES)

test('a page reads its club when that one changed, or when any may have', () => {
  for (const [name, frames, one, list] of [
    ['nothing', [], false, false],
    ['this club', [['clubs', { clubs: [7, 8] }]], true, true],
    ['this club, and then another', [['clubs', { clubs: [7] }], ['clubs', { clubs: [8] }]], true, true],
    ['another club', [['clubs', { clubs: [8] }]], false, true],
    ['too many to name', [['clubs', { clubs: null }]], true, true],
    ['the stream began again', [['snapshot', { hallway: [] }]], true, true],
    ['the snapshot of a room alone', [['snapshot', { room: {} }]], false, false],
    ['a row of the hallway', [['hallway', { id: 7 }]], false, false],
  ]) {
    const changes = after(...frames)
    assert.deepEqual([changedAfter(changes, 0, 7), changedAfter(changes, 0)], [one, list], name)
    assert.equal(changedAfter(changes, changes.version, 7), false, name)
  }
})

test('what is kept is bounded: of a club that is not kept any more it is not known whether it changed', () => {
  const changes = after(...Array.from({ length: 300 }, (_, index) => ['clubs', { clubs: [index + 1] }]))
  assert.equal(changes.latest.size, 200)
  assert.ok(changedAfter(changes, 5, 8))
  assert.ok(!changedAfter(changes, 150, 120))
})

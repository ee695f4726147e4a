/** Of two sources of one voice one is played: the newer one, as soon as it has the voice. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { audibleOf, mayOverlap } from '../../../client_web/media/audible_sources.js'

const source = (name, user_id, heard = [], sounding = []) => ({ name, user_id, heard: new Set(heard), sounding: new Set(sounding) })
const mix = (name, heard, sounding) => source(name, null, heard, sounding)

/** @type {[string, object[], string, boolean][]} */
const CASES = [
  ['settled', [source('one', 1), source('two', 2)], 'one two', false],
  ['the newer does not carry the voice yet', [source('old', 1, [1]), source('new', 1)], 'old', true],
  ['the newer carries it', [source('old', 1, [1]), source('new', 1, [1]), source('newest', 1)], 'new', true],
  ['into a mix: whom it does not carry yet is heard as before, beside it', [source('one', 1, [1]), source('two', 2, [2]), mix('mix', [2], [2])], 'one mix', true],
  ['a mix', [mix('mix', [1], [1])], 'mix', false],
  ['out of a mix: it cannot lose one voice alone, and goes when all who sound in it come by the new source',
    [mix('mix', [1, 2], [1, 2]), source('one', 1, [1]), source('two', 2)], 'mix', true],
  ['out of a mix in which only one sounds', [mix('mix', [1, 2], [1]), source('one', 1, [1]), source('two', 2)], 'one two', true],
  ['out of a mix in which nobody sounds', [mix('mix', [1, 2], []), source('one', 1)], 'one', true],
  ['from an edge, whose mix does not name its voices, to the stage: the edge is heard until it is closed', [mix('edge', [1, 2], [1, 2]), source('one', 1, [1]), source('two', 2)], 'edge', true],
  ['from an edge that has died', [mix('edge', [1, 2], []), source('one', 1), source('two', 2)], 'one two', true],
  ['from the stage to an edge that does not flow yet', [source('one', 1, [1]), source('two', 2, [2]), mix('edge', [], [])], 'one two edge', true],
  ['from the stage to an edge', [source('one', 1, [1]), source('two', 2, [2]), mix('edge', [1, 2], [1, 2])], 'edge', true],
  ['to another mix', [mix('old', [1], [1]), mix('new', [], [])], 'old', true],
  ['in another mix', [mix('old', [1], [1]), mix('new', [1], [1])], 'new', true],
]
for (const [name, sources, heard, overlap] of CASES) {
  test(name, () => assert.deepEqual([[...audibleOf(sources)].map((each) => each.name).join(' '), mayOverlap(sources)], [heard, overlap]))
}

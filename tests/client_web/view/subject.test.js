/** Words about one room, or about what I am in it, are cleared when another is shown. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createConsent } from '../../../client_web/room/consent.js'
import { clearOnNewSubject } from '../../../client_web/view/elements/subject.js'
import { meInWords } from '../../../client_web/view/stage/stage_words.js'

test('words are cleared when another room, phase or role is shown, and not before', () => {
  let cleared = 0
  const concerns = clearOnNewSubject(() => (cleared += 1))
  const counts = [[1, 'joining', undefined], [1, 'in', 'SPEAKER'], [1, 'in', 'SPEAKER'], [1, 'in', 'AUDIENCE'], [2, 'in', 'AUDIENCE'], [0, undefined, undefined]]
    .map((subject) => concerns(...subject) ?? cleared)
  assert.deepEqual(counts, [0, 1, 1, 2, 3, 4])
})

test('what a moderator did with my seat is said until I have another seat, another room, or reacted', () => {
  const seat = (role, peer_id = 'a') => ({ room_id: 1, user_id: 1, username: 'rick', role, peer_id, muted: true, invited_to_speak_at: null })
  const shown = (change) => {
    const consent = createConsent({ rows: {}, roomId: 1, userId: 1, microphone: {}, allowed: async () => false, onChange() {} })
    for (const role of ['SPEAKER', 'AUDIENCE']) consent.observe(seat(role))
    const me = { ...seat('AUDIENCE'), hand: null, invited: false }
    const words = () => meInWords({ phase: 'in', me, may: { speak: false, step_up: false }, queue: [], microphone: { state: 'off' }, seatChange: consent.seatChange }, 'none').headline
    assert.equal(words(), "You're listening again")
    change(consent)
    return words()
  }
  const changes = [(consent) => consent.observe(seat('AUDIENCE', 'b')), (consent) => consent.observe(null), (consent) => consent.answered(), (consent) => consent.close()]
  for (const change of changes) assert.equal(shown(change), "You're listening")
})

/** What I may do in a room, and the buttons that follow from it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { mayOf } from '../../../client_web/room/people.js'
import { actionsOn } from '../../../client_web/view/people/actions.js'

const listener = { user_id: 1, username: 'anna', kind: 'person', role: 'AUDIENCE', me: true, on_stage: false, hand: null, invited: false, muted: true }
const other = { ...listener, user_id: 2, username: 'beth', me: false }
const speaker = { ...other, role: 'SPEAKER', on_stage: true, muted: false }
const MODERATED = { id: 1, name: 'Den', stage: 'moderated' }
const given = (may) => Object.keys(may).filter((name) => may[name])
const buttons = (person, may) => actionsOn(person, may, { blocked: false, followed: false }).map(({ name }) => name)

test('a listener in a moderated room may raise a hand, and follow, block and report others', () => {
  const may = mayOf(listener, MODERATED, {})
  assert.deepEqual(given(may), ['raise_hand'])
  assert.deepEqual(buttons(other, may), ['follow', 'block', 'report'])
})

test('a site moderator who listens moderates the room, may end it, come to the stage and disable accounts', () => {
  const may = mayOf(listener, MODERATED, { site_moderator: true })
  assert.deepEqual(given(may), ['step_up', 'moderate', 'end', 'disable'])
  assert.deepEqual(buttons(other, may), ['invite', 'remove', 'ban', 'follow', 'block', 'report', 'disable'])
  assert.deepEqual(buttons(speaker, may), ['mute', 'moveDown', 'makeModerator', 'remove', 'ban', 'follow', 'block', 'report', 'disable'])
  assert.deepEqual(buttons({ ...speaker, role: 'HOST' }, may), ['follow', 'block', 'report', 'disable'])
})

test('a host moderates and ends their room, and disables nobody', () => {
  const may = mayOf({ ...listener, role: 'HOST', on_stage: true }, MODERATED, {})
  assert.deepEqual(given(may), ['speak', 'moderate', 'host', 'open', 'end'])
})

test('a co-host moderates and opens the room, and ends it when it has opened', () => {
  const room = { ...MODERATED, co_host_ids: [listener.user_id], opened_at: null }
  assert.deepEqual(given(mayOf(listener, room, {})), ['raise_hand', 'moderate', 'open'])
  assert.deepEqual(given(mayOf(listener, { ...room, opened_at: '2026-11-27T20:00:00Z' }, {})), ['raise_hand', 'moderate', 'open', 'end'])
})

test('who has no seat yet may do nothing', () => {
  assert.deepEqual(given(mayOf(null, MODERATED, { site_moderator: true })), [])
})

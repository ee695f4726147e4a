/** Which captions are shown of each speaker. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { NO_CAPTIONS, reduceCaptions } from '../../../client_web/room/caption_log.js'

const caption = (id, text, { user_id = 7, final = false } = {}) => ({ id, user_id, username: 'rick', text, final })
const event = (type, record, old_record = null) => ({ type: 'captions', data: { type, record, old_record } })
const after = (...frames) => frames.reduce(reduceCaptions, NO_CAPTIONS)
const texts = (log, user_id = 7) => (log.lines.get(user_id) ?? []).map(({ text }) => text)

test('a correction replaces the words, and the twenty newest captions of each speaker stay', () => {
  const log = after(
    event('INSERT', caption(1, 'one')),
    event('INSERT', caption(2, 'tw')),
    event('INSERT', caption(3, 'other', { user_id: 8 })),
    event('UPDATE', caption(2, 'two', { final: true })),
    event('INSERT', caption(4, 'three')),
  )
  assert.deepEqual(texts(log), ['one', 'two', 'three'])
  assert.deepEqual(texts(log, 8), ['other'])
  const many = Array.from({ length: 19 }, (_, at) => `${at}`)
  assert.deepEqual(texts(many.map((text, at) => event('INSERT', caption(at + 5, text))).reduce(reduceCaptions, log)), ['three', ...many])
  assert.deepEqual(log.completed.map(({ text }) => text), ['two'])
})

test('a deleted caption never comes back, also if its correction comes late', () => {
  const log = after(
    event('INSERT', caption(1, 'secret')),
    event('DELETE', null, { id: 1, user_id: 7 }),
    event('UPDATE', caption(1, 'dark secret', { final: true })),
  )
  assert.deepEqual(texts(log), [])
  assert.deepEqual(log.completed, [])
})

test('a snapshot has what was said last, and who agrees no longer is not shown', () => {
  const snapshot = { type: 'snapshot', data: { participants: [], captions: [caption(1, 'one'), caption(2, 'two', { user_id: 8 })] } }
  const log = after(event('INSERT', caption(9, 'gone')), snapshot, { type: 'participants', data: { type: 'UPDATE', record: { user_id: 7, captioned_by: null } } })
  assert.deepEqual(texts(log), [])
  assert.deepEqual(texts(log, 8), ['two'])
  assert.equal(after(snapshot, { type: 'snapshot', data: {} }).lines.size, 2)
})

test('all that became complete stay in that order, whoever began first, until they are taken back or their speaker agrees no longer', () => {
  const done = [
    event('INSERT', caption(1, 'long')),
    event('INSERT', caption(2, 'short', { user_id: 8, final: true })),
    event('UPDATE', caption(1, 'long words', { final: true })),
    event('INSERT', caption(3, 'more', { user_id: 8, final: true })),
  ]
  const ids = (...frames) => after(...frames).completed.map(({ id }) => id)
  assert.deepEqual(ids(...done), [2, 1, 3])
  assert.deepEqual(ids(...done, event('DELETE', null, { id: 1, user_id: 7 })), [2, 3])
  assert.deepEqual(ids(...done, { type: 'participants', data: { type: 'UPDATE', record: { user_id: 8, captioned_by: null } } }), [1])
  // Deleted while I was away: the next snapshot does not have it.
  assert.deepEqual(ids(...done, { type: 'snapshot', data: { participants: [], captions: [caption(1, 'long words', { final: true }), caption(9, 'before', { final: true })] } }), [1])
  const many = Array.from({ length: 50 }, (_, at) => event('INSERT', caption(at + 1, 'words', { final: true })))
  assert.equal(after(...many).completed.length, 20)
})

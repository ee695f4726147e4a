/** The chat's messages: in order, each once, and deleted ones do not come back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { EMPTY_LOG, reduceChat, withHistory } from '../../../client_web/room/chat_log.js'

function logAfter(frames) {
  let log = EMPTY_LOG
  for (const frame of frames) log = frame.page ? withHistory(log, frame.page, frame.more) : reduceChat(log, frame)
  return { bodies: log.messages.map(({ body }) => body), more: log.more }
}

const message = (id) => ({ id, user_id: 1, username: 'rick', body: `m${id}` })
const upTo = (last, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index)
const snapshot = (...ids) => ({ type: 'snapshot', data: { messages: ids.map(message) } })
const written = (id) => ({ type: 'messages', data: { type: 'INSERT', record: message(id) } })
const deleted = (id) => ({ type: 'messages', data: { type: 'DELETE', record: null, old_record: { id, user_id: 1 } } })
const history = (ids, more = false) => ({ page: ids.map(message), more })

/** @type {[string, object[], number[], boolean][]} */
const CASES = [
  ['a new message comes last', [snapshot(2, 3), written(4)], [2, 3, 4], false],
  ['a full snapshot means that there may be more', [snapshot(...upTo(50))], upTo(50), true],
  ['a message committed later and written earlier takes its place', [snapshot(2), written(4), written(3)], [2, 3, 4], false],
  ['the same message twice is one', [snapshot(2), written(2), written(2)], [2], false],
  ['a deleted message is gone', [snapshot(2, 3), deleted(2)], [3], false],
  ['a deleted message stays gone when the answer to its POST comes last', [snapshot(2), deleted(3), written(3)], [2], false],
  ['history comes before', [snapshot(4, 5), history([3, 2], true)], [2, 3, 4, 5], true],
  ['history does not bring a deleted message back', [snapshot(4), deleted(3), history([3, 2])], [2, 4], false],
  ['a later snapshot replaces what is known', [snapshot(1, 2), snapshot(2, 7)], [2, 7], false],
  ['a resumed stream keeps the chat', [snapshot(1), { type: 'snapshot', data: { hallway: [] } }], [1], false],
]
for (const [name, frames, ids, more] of CASES) {
  test(name, () => assert.deepEqual(logAfter(frames), { bodies: ids.map((id) => `m${id}`), more }))
}

test('three thousand messages are kept, and the oldest can be fetched again', () => {
  const log = logAfter([snapshot(1), ...upTo(3101, 2).map(written)])
  assert.deepEqual([log.bodies.length, log.bodies[0], log.more], [3000, 'm102', true])
})

/** The chat of a room session, with rows that a room without a network answers. */
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { test } from 'node:test'

import { createChat } from '../../../client_web/room/chat.js'
import { createRoomApi } from '../../../client_web/room/room_api.js'
import { Problem } from '../../../client_web/signaling/problem.js'

globalThis.crypto ??= webcrypto // Node 18 does not offer it by itself

const turn = () => new Promise((then) => setTimeout(then))

test('messages of a sender whose seat expired wait until it is taken again, and go out once and in order', async () => {
  const stored = []
  let room = 'open'
  const rows = {
    async insert(table, { client_id, body }) {
      if (room === 'away') throw new Problem({ status: 0 })
      if (room === 'without my seat') throw new Problem({ status: 403, rule: 'participants_only_for_participants' })
      if (stored.some((one) => one.client_id === client_id)) throw new Problem({ status: 409, rule: 'messages_client_id_is_new' })
      stored.push({ client_id, body })
      if (room === 'losing answers') throw new Problem({ status: 0 })
      return [{ id: stored.length, room_id: 7, user_id: 1, client_id, body, created_at: '2026-11-26T12:00:00Z' }]
    },
  }
  const storage = { getItem: () => null, setItem() {}, removeItem() {} }
  const api = createRoomApi({ user: { id: 1, username: 'dee' }, room_id: 7, rows, technique: {} })
  const chat = createChat({ api, slowMode: () => 0, skew: () => 0, onChange() {}, storage })
  const outgoing = () => chat.state.outgoing.map(({ body, state }) => `${body} ${state}`)

  room = 'losing answers'
  chat.send('one')
  await turn()
  room = 'away'
  chat.send('two')
  chat.send('three')
  room = 'without my seat' // the connection is back before the seat is
  chat.resume()
  await turn()
  assert.deepEqual(outgoing(), ['one waiting', 'two waiting', 'three waiting'])
  room = 'open'
  chat.resume()
  for (let each = 0; each < 10; each += 1) await turn()
  assert.deepEqual(stored.map(({ body }) => body), ['one', 'two', 'three'])
  assert.deepEqual(outgoing(), [])
  chat.close()
})

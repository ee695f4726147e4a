/** What is new about a room's host. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { hostNews, NO_HOST } from '../../../client_web/room/host_news.js'
import { hostNewsInWords } from '../../../client_web/view/room/host_words.js'

const AMARA = 1
const BETH = 2
const ME = 3

/** @param {number} host_id @param {number[]} here  who has a seat now @param {string} [last]  the kind of the host's last seat event */
const room = (host_id, here, last = 'left') => ({
  room: { host_id, host: host_id === AMARA ? 'amara' : 'beth' },
  seats: new Map([AMARA, BETH].map((id) => [id, { user_id: id, username: id === AMARA ? 'amara' : 'beth', peer_id: here.includes(id) ? 'x' : null }])),
  seatEvents: [{ user_id: host_id, kind: last }],
})

/** What is said after each state, each a second after the other. @param {any[]} states */
function said(states, me = ME) {
  let memory = NO_HOST
  return states.map((state, index) => {
    const { memory: next, news } = hostNews(memory, state, index * 1000)
    memory = next
    return news && hostNewsInWords(news, me)
  })
}

test('who remains learns that the host left, lost the connection, or is back', () => {
  assert.deepEqual(said([room(AMARA, [AMARA, BETH]), room(AMARA, [BETH]), room(AMARA, [BETH]), room(AMARA, [AMARA, BETH])]),
    [null, 'amara, the host, left. The room stays open.', null, 'amara, the host, is back.'])
  assert.deepEqual(said([room(AMARA, [AMARA]), room(AMARA, [], 'timeout')]), [null, 'amara, the host, lost the connection. The room stays open.'])
})

test('a host who ends the room does not leave it open', () => {
  assert.deepEqual(said([room(AMARA, [AMARA, BETH]), room(AMARA, [], 'room ended')]), [null, null])
})

test('a new host is named, and that the one before left, in any order of the events', () => {
  assert.deepEqual(said([room(AMARA, [AMARA, BETH]), room(BETH, [AMARA, BETH])]), [null, 'beth is the host now.'])
  assert.deepEqual(said([room(AMARA, [AMARA, BETH]), room(BETH, [AMARA, BETH]), room(BETH, [BETH])]), [null, 'beth is the host now.', 'amara left. beth is the host now.'])
  assert.deepEqual(said([room(AMARA, [AMARA, BETH]), room(BETH, [BETH])], BETH), [null, 'amara left. You are the host now.'])
  assert.deepEqual(said([room(AMARA, [AMARA, BETH]), room(BETH, [AMARA, BETH])], BETH), [null, 'amara made you the host.'])
})

test('what was so before I entered is no news', () => {
  assert.deepEqual(said([room(AMARA, [BETH])]), [null])
  assert.deepEqual(said([room(BETH, [BETH]), room(BETH, [AMARA, BETH])]), [null, null])
})

/** What a page does in an encrypted room when the database, the worker or the relay does not do what it should. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createSessionKeys } from '../../../client_web/media/encryption/session_keys.js'
import { openPage, until, workers } from './encrypted_page.js'

const transceiver = () => ({ sender: {}, receiver: {} })
const report = (page, data) => page.worker().dispatchEvent(Object.assign(new Event('message'), { data }))
const isConnected = ({ encryption, room }) => encryption.mine(room.mySeat()) !== null

/** A page that is connected with the user 2. */
async function connected(about) {
  const page = openPage(about)
  const other = await createSessionKeys()
  page.show(null)
  const mine = await page.keys()
  page.show(mine, { 2: other.public })
  assert.equal(page.encryption.state.phase, 'on')
  return { page, mine, other }
}

test('a room that is said to be not encrypted any more is not connected, until it is entered again', async () => {
  const { page, mine } = await connected()
  page.encryption.protect(transceiver())
  page.show(mine, { 2: mine }, { encrypted: false, topology: 'sfu' })
  const stays = () => {
    assert.equal(page.encryption.state.phase, 'lowered')
    assert.ok(!isConnected(page))
    assert.deepEqual([...page.encryption.connectable([page.seatOf(3)])], [])
    assert.throws(() => page.encryption.protect(transceiver()), /encrypted/u)
    assert.equal(page.encryption.encrypted, true)
  }
  stays()
  page.show(mine, { 2: mine })
  stays()
  page.peer_id = 'p9' // a new session
  page.encryption.close()
  page.room.restart()
  page.show(null, {}, { encrypted: false })
  stays()
  assert.equal(page.written.length, 1)
})

test('a room that the hallway showed as encrypted must be so', () => {
  const page = openPage({ promised: true, encrypted: false })
  assert.ok(!isConnected({ ...page, room: { mySeat: () => page.seatOf(1) } }), 'before its log is known')
  page.show(null)
  assert.equal(page.encryption.state.phase, 'lowered')
  const other = openPage({ encrypted: false })
  other.show(null)
  assert.equal(other.encryption.state.phase, 'off')
  other.encryption.protect(transceiver())
})

test('who gets other keys in the middle of a session gets no key and no connection, also with the first ones again', async () => {
  const { page, mine, other } = await connected()
  const eve = await createSessionKeys()
  await until(() => page.encryption.state.number)
  const { number } = page.encryption.state
  page.show(mine, { 2: eve.public })
  page.show(mine, { 2: other.public })
  assert.equal(page.encryption.of(page.seatOf(2, other.public)), 'replaced')
  assert.deepEqual([...page.encryption.connectable([page.seatOf(2, other.public)])], [])
  assert.deepEqual(page.notes, [['other_keys', 2]])
  await until(() => ![null, number].includes(page.encryption.state.number))
  page.encryption.close()
})

test('other keys for me are not forgotten when mine are shown again', async () => {
  const { page, mine } = await connected()
  const eve = await createSessionKeys()
  page.show(eve.public)
  page.show(mine)
  assert.equal(page.encryption.state.phase, 'replaced')
  assert.ok(!isConnected(page))
  page.encryption.close()
})

test('the safety number is withheld while another than those whom it shows has my key', async () => {
  const { page, mine, other } = await connected()
  await until(() => page.encryption.state.number && page.given.length === 1)
  let give = () => {}
  page.answers.give = () => new Promise((resolve) => (give = resolve))
  page.show(mine, { 2: other.public, 3: (await createSessionKeys()).public })
  await until(() => page.encryption.state.number === null)
  await until(() => {
    give()
    return page.encryption.state.number
  })
  assert.deepEqual(new Set(page.given.slice(-2).map(({ to_peer }) => to_peer)), new Set(['p2', 'p3']))
  page.encryption.close()
})

test('keys that the database has lost are written again, and keys of audio given again', async () => {
  const { page, mine, other } = await connected()
  await until(() => page.given.length === 1)
  page.show(null, { 2: other.public })
  assert.equal(page.encryption.state.phase, 'preparing')
  await until(() => page.written.length === 2)
  assert.deepEqual(page.written[1], mine)
  page.show(mine, { 2: other.public })
  assert.equal(page.encryption.state.phase, 'on')
  await until(() => page.given.length === 2)
  page.encryption.close()
})

test('keys that were given to me are read until the relay answers', async () => {
  const { page, mine, other } = await connected()
  const base = new Uint8Array(16)
  const about = { room_id: 7, from_peer: 'p2', to_peer: 'p1', kid: 131_072 }
  const row = { ...about, ...(await other.seal(base, about, mine)) }
  let asked = 0
  page.answers.given = async () => {
    if ((asked += 1) === 1) throw new TypeError('no connection')
    return [row]
  }
  page.encryption.reread(false)
  await until(() => page.worker().orders.some((order) => order.receive?.kid === about.kid))
  assert.equal(asked, 2)
  page.encryption.close()
})

test('a key that comes when its speaker is silent ends the waiting for it', async () => {
  const { page, mine, other } = await connected()
  const about = { room_id: 7, from_peer: 'p2', to_peer: 'p1', kid: 131_072 }
  const state = () => page.encryption.of(page.seatOf(2, other.public))
  report(page, { user: 2, heard: false, fault: 'no_key' })
  assert.equal(state(), 'waiting')
  page.encryption.receive({ type: 'sender_keys', data: { record: { ...about, ...(await other.seal(new Uint8Array(16), about, mine)) } } })
  await until(() => state() !== 'waiting')
  assert.deepEqual(page.notes, [])
  page.encryption.close()
})

test('a false key harms nobody who is heard', async () => {
  const { page, mine, other } = await connected()
  const about = { room_id: 7, from_peer: 'p2', to_peer: 'p1', kid: 131_072 }
  const row = { ...about, ...(await (await createSessionKeys()).seal(new Uint8Array(16), about, mine)) }
  const isForged = async () => page.encryption.receive({ type: 'sender_keys', data: { record: row } })
  const state = () => page.encryption.of(page.seatOf(2, other.public))
  isForged()
  await until(() => state() === 'failed')
  report(page, { user: 2, heard: true, fault: null })
  assert.equal(state(), 'heard')
  isForged()
  await until(() => page.notes.length === 2)
  assert.equal(state(), 'heard')
  report(page, { user: 2, heard: false, fault: 'false' })
  assert.equal(state(), 'failed')
  page.encryption.close()
})

test('a worker that fails is begun once more, with keys of a higher number', async () => {
  const { page, mine, other } = await connected()
  await until(() => page.given.length === 1)
  const [first, begun] = [page.worker(), workers.length]
  first.dispatchEvent(new Event('error'))
  assert.equal(page.encryption.state.phase, 'failed')
  assert.ok(first.closed)
  assert.ok(!isConnected(page))
  await until(() => page.encryption.state.phase === 'on')
  assert.equal(workers.length, begun + 1)
  await until(() => page.given.length === 2)
  assert.ok(page.given[1].kid > page.given[0].kid)
  page.worker().dispatchEvent(new Event('error'))
  page.show(mine, { 2: other.public })
  assert.equal(page.encryption.state.phase, 'failed')
  page.encryption.close()
})

test('keys that cannot be made are said', async (t) => {
  t.mock.method(crypto.subtle, 'generateKey', async () => {
    throw new DOMException('no', 'NotSupportedError')
  })
  const page = openPage()
  page.show(null)
  await until(() => page.encryption.state.phase === 'failed')
  assert.equal(page.encryption.state.problem, null)
})

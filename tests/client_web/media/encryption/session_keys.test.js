/** Keys that one session gives another, and the number that people compare. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { safetyNumberOf } from '../../../../client_web/media/encryption/safety_number.js'
import { createSessionKeys } from '../../../../client_web/media/encryption/session_keys.js'

const ABOUT = { room_id: 7, from_peer: 'a', to_peer: 'b', kid: 258 }
const BASE = crypto.getRandomValues(new Uint8Array(16))

test('a key is opened by its recipient alone, and only as what it was sealed for', async () => {
  const [ann, bob, eve] = [await createSessionKeys(), await createSessionKeys(), await createSessionKeys()]
  const row = await ann.seal(BASE, ABOUT, bob.public)
  assert.match(row.wrapped, /^[\w-]{59}$/)
  assert.match(row.signature, /^[\w-]{86}$/)
  assert.match(ann.public.signing_key, /^B[A-P][\w-]{85}$/)
  assert.deepEqual(await bob.open(row, ABOUT, ann.public), BASE)
  assert.equal(await eve.open(row, ABOUT, ann.public), null, 'another recipient')
  assert.equal(await bob.open(row, ABOUT, eve.public), null, 'another signer')
  assert.equal(await bob.open(row, ABOUT, { ...ann.public, signing_key: eve.public.signing_key }), null, 'another signing key')
  for (const other of [{ kid: 259 }, { room_id: 8 }, { from_peer: 'c' }, { to_peer: 'c' }]) {
    assert.equal(await bob.open(row, { ...ABOUT, ...other }, ann.public), null, JSON.stringify(other))
  }
  assert.equal(await bob.open({ ...row, wrapped: `${row.wrapped.slice(0, -1)}*` }, ABOUT, ann.public), null, 'no base64url')
})

const key = (/** @type {string} */ letter) => `BA${letter.repeat(85)}`

test('the safety number depends on every key, and not on the order of the seats', async () => {
  const [one, two] = [{ user_id: 2, signing_key: key('s'), agreement_key: key('a') }, { user_id: 10, signing_key: key('t'), agreement_key: key('b') }]
  const number = await safetyNumberOf(7, [one, two])
  assert.match(number ?? '', /^\d{5}( \d{5}){5}$/)
  assert.equal(await safetyNumberOf(7, [two, one]), number)
  for (const other of [{ ...two, agreement_key: key('c') }, { ...two, signing_key: key('c') }, { ...two, user_id: 11 }]) assert.notEqual(await safetyNumberOf(7, [one, other]), number)
  assert.notEqual(await safetyNumberOf(8, [one, two]), number)
  assert.equal(await safetyNumberOf(7, []), null)
})

test('what could be the text of another room has no safety number', async () => {
  const [ann, bob, eve] = ['a', 'b', 'e'].map((letter, index) => ({ user_id: index + 1, signing_key: key(letter), agreement_key: key(letter) }))
  const lineOf = (/** @type {typeof ann} */ { user_id, signing_key, agreement_key }) => `${user_id} ${signing_key} ${agreement_key}`
  const hidden = { ...bob, signing_key: `${bob.signing_key} ${bob.agreement_key}\n${eve.user_id} ${eve.signing_key}`, agreement_key: eve.agreement_key }
  assert.equal([ann, bob, eve].map(lineOf).join('\n'), [ann, hidden].map(lineOf).join('\n'), 'the same text')
  assert.notEqual(await safetyNumberOf(7, [ann, bob, eve]), null)
  const others = [hidden, { ...eve, user_id: /** @type {any} */ (`${lineOf(bob)}\n3`) }, { ...bob, user_id: /** @type {any} */ ('2') }, { ...bob, user_id: 2.5 },
    { ...bob, agreement_key: `${bob.agreement_key}\n` }, { ...bob, agreement_key: bob.agreement_key.slice(1) }, { ...bob, signing_key: /** @type {any} */ (undefined) }]
  for (const other of others) assert.equal(await safetyNumberOf(7, [ann, other]), null, JSON.stringify(other))
  assert.equal(await safetyNumberOf(/** @type {any} */ (`7\n${lineOf(ann)}`), [bob]), null)
})

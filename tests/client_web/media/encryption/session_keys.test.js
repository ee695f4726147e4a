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

test('the safety number depends on every key, and not on the order of the seats', async () => {
  const [one, two] = [{ user_id: 2, signing_key: 's', agreement_key: 'a' }, { user_id: 10, signing_key: 't', agreement_key: 'b' }]
  const number = await safetyNumberOf(7, [one, two])
  assert.match(number ?? '', /^\d{5}( \d{5}){5}$/)
  assert.equal(await safetyNumberOf(7, [two, one]), number)
  for (const other of [{ ...two, agreement_key: 'c' }, { ...two, signing_key: 'c' }, { ...two, user_id: 11 }]) assert.notEqual(await safetyNumberOf(7, [one, other]), number)
  assert.notEqual(await safetyNumberOf(8, [one, two]), number)
  assert.equal(await safetyNumberOf(7, []), null)
})

/** SFrame by the vectors of RFC 9605 (appendix C), and what it refuses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createFrameKeys } from '../../../../client_web/media/encryption/frame_keys.js'
import { createRepeatedFrames } from '../../../../client_web/media/encryption/repeated_frames.js'
import { decryptFrame, encryptFrame, frameKeyOf, headerOf, readHeader } from '../../../../client_web/media/encryption/sframe.js'

const bytes = (/** @type {string} */ hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16))
const hex = (/** @type {Iterable<number>} */ found) => [...found].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** C.1, as far as JavaScript counts. @type {[kid: number, ctr: number, header: string][]} */
const HEADERS = [
  [0, 0, '00'], [0, 1, '01'], [0, 0xff, '08ff'], [0, 0x100, '090100'], [0, 0xffff, '09ffff'], [0, 0x10000, '0a010000'],
  [1, 0, '10'], [1, 0x100, '190100'], [0xff, 0, '80ff'], [0xff, 1, '81ff'], [0x100, 0, '900100'], [0x100, 0x100, '9901000100'],
  [0xffffff, 0xff, 'a8ffffffff'], [0x1000000, 0x1000000, 'bb0100000001000000'],
]
for (const [kid, ctr, header] of HEADERS) {
  test(`the header of key ${kid} and frame ${ctr}`, () => {
    assert.equal(hex(headerOf(kid, ctr)), header)
    assert.deepEqual(readHeader(bytes(`${header}aabb`)), { kid, ctr, length: header.length / 2 })
  })
}

test('a header that is cut off, or too large, is none', () => {
  for (const header of ['', '08', '9901', 'ffffffffffffffffffffffffffffffffff']) assert.equal(readHeader(bytes(header)), null)
})

// C.3, cipher suite 0x0004.
const BASE = bytes('000102030405060708090a0b0c0d0e0f')
const [KID, CTR] = [0x123, 0x4567]
const METADATA = bytes('4945544620534672616d65205747')
const PLAIN = bytes('64726166742d696574662d736672616d652d656e63')
const ENCRYPTED = bytes('9901234567b7412c2513a1b66dbb48841bbaf17f598751176ad847681a69c6d0b091c07018ce4adb34eb')

test('the vector of AES_128_GCM_SHA256_128', async () => {
  const key = await frameKeyOf(BASE, KID)
  assert.equal(hex(key.salt), '75234edefe07819026751816')
  assert.equal(hex(await encryptFrame(key, KID, CTR, PLAIN, METADATA)), hex(ENCRYPTED))
  const header = readHeader(ENCRYPTED)
  assert.equal(hex(new Uint8Array(await decryptFrame(key, header, ENCRYPTED, METADATA))), hex(PLAIN))
  for (const at of [0, 3, 6, ENCRYPTED.length - 1]) {
    const changed = Uint8Array.from(ENCRYPTED)
    changed[at] ^= 1
    assert.equal(await decryptFrame(key, header, changed, METADATA), null, `byte ${at}`)
  }
  assert.equal(await decryptFrame(key, header, ENCRYPTED), null, 'other metadata')
  assert.equal(await decryptFrame(await frameKeyOf(BASE, KID + 1), header, ENCRYPTED, METADATA), null, 'the key of another number')
})

test('who has the key hears each frame once, and nobody before it was given or long after it was replaced', async () => {
  let now = 0
  const [ann, bob] = [createFrameKeys({ now: () => now }), createFrameKeys({ now: () => now })]
  assert.equal(await ann.encrypt(PLAIN.buffer), null, 'without a key nothing is sent')
  await ann.send(7, BASE)
  const frame = await ann.encrypt(PLAIN.buffer)
  assert.deepEqual(await bob.decrypt(1, frame.buffer), { fault: 'no_key' })
  await bob.receive(1, 7, BASE)
  assert.deepEqual(await bob.decrypt(2, frame.buffer), { fault: 'no_key' }, 'the voice of another user')
  const heard = await bob.decrypt(1, frame.buffer)
  assert.deepEqual([hex(new Uint8Array(heard.plain)), heard.kid], [hex(PLAIN), 7])
  assert.deepEqual(await bob.decrypt(1, frame.buffer), { fault: 'repeated' })
  await bob.receive(1, 8, bytes('ff'.repeat(16)))
  const late = await ann.encrypt(PLAIN.buffer)
  now = 9_000
  assert.ok('plain' in await bob.decrypt(1, late.buffer), 'frames on their way')
  now = 11_000
  assert.deepEqual(await bob.decrypt(1, (await ann.encrypt(PLAIN.buffer)).buffer), { fault: 'no_key' })
  ann.stop()
  assert.equal(await ann.encrypt(PLAIN.buffer), null)
})

test('keys count by their number, in whichever order they are made, and go with their session', async () => {
  let now = 0
  const old = bytes('ff'.repeat(16))
  for (let time = 0; time < 40; time++) { // two keys that are made at the same time
    now = 0
    const [ann, bob] = [createFrameKeys(), createFrameKeys({ now: () => now })]
    await ann.send(8, BASE)
    await Promise.all(time % 2 ? [bob.receive(1, 7, old), bob.receive(1, 8, BASE)] : [bob.receive(1, 8, BASE), bob.receive(1, 7, old)])
    now = 11_000
    const frame = await ann.encrypt(PLAIN.buffer)
    assert.ok('plain' in await bob.decrypt(1, frame.buffer), 'the newest key stays')
    await bob.receive(1, 8, BASE)
    assert.deepEqual(await bob.decrypt(1, frame.buffer), { fault: 'repeated' }, 'a key that comes again does not forget its frames')
    bob.receive(1, 9, BASE)
    await bob.forget(1)
    await ann.send(9, BASE)
    assert.deepEqual(await bob.decrypt(1, (await ann.encrypt(PLAIN.buffer)).buffer), { fault: 'no_key' }, 'a key that was being made')
  }
  const [ann, bob] = [createFrameKeys(), createFrameKeys()]
  await assert.doesNotReject(bob.receive(1, 1.5, BASE))
  await bob.receive(1, 8, BASE)
  await ann.send(8, BASE)
  assert.ok('plain' in await bob.decrypt(1, (await ann.encrypt(PLAIN.buffer)).buffer), 'a false key stops nothing')
})

test('a frame is the first of its number once, and only while it is not too old to know', () => {
  const frames = createRepeatedFrames()
  const first = (/** @type {number[]} */ ...numbers) => numbers.map((ctr) => frames.isFirst(ctr))
  assert.deepEqual(first(0, 0, 2, 1, 1, 2), [true, false, true, true, false, false])
  assert.deepEqual(first(2000, 976, 977, 977, 1999), [true, false, true, false, true], '1024 may come late')
  for (let ctr = 2001; ctr < 6000; ctr++) assert.ok(frames.isFirst(ctr))
  assert.deepEqual(first(4976, 4975, 5999, 6000), [false, false, false, true], 'what it forgets is too old')
  assert.deepEqual(first(100_000, 6001, 98_977, 98_977), [true, false, true, false], 'after a gap')
})

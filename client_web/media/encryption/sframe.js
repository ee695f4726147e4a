/**
 * SFrame (RFC 9605) with the cipher suite AES_128_GCM_SHA256_128: a frame of audio, encrypted and authenticated, with a header that names
 * the sender's key (KID) and counts the frames encrypted with it (CTR). Needs only Web Crypto.
 *
 * @typedef {{ key: CryptoKey, salt: Uint8Array<ArrayBuffer> }} FrameKey
 * @typedef {{ kid: number, ctr: number, length: number }} Header  `length`: of the header, in bytes
 */

const SUITE = 0x0004
const NONCE = 12 // bytes
const TAG = 16 // bytes
const NOTHING = new Uint8Array()

/** A whole number in as few bytes as it needs, the largest first. @param {number} value */
function bytesOf(value) {
  const bytes = []
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return bytes.length ? bytes : [0]
}

/** @param {Uint8Array} bytes */
const numberOf = (bytes) => bytes.reduce((value, byte) => value * 256 + byte, 0)

/** @param {...ArrayLike<number>} parts */
export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** The header (RFC 9605, 4.3). Numbers below 8 stand in its first byte, larger ones after it. @param {number} kid @param {number} ctr */
export function headerOf(kid, ctr) {
  const [key, count] = [kid, ctr].map((value) => (value < 8 ? { bits: value, bytes: [] } : { bits: 8 + bytesOf(value).length - 1, bytes: bytesOf(value) }))
  return joined([key.bits * 16 + count.bits], key.bytes, count.bytes)
}

/** The header at the beginning of a frame; null if there is none, or a number that JavaScript cannot hold. @param {Uint8Array} frame @returns {Header|null} */
export function readHeader(frame) {
  if (!frame.length) return null
  let length = 1
  const read = (/** @type {number} */ bits) => {
    if (bits < 8) return bits
    const bytes = frame.subarray(length, (length += (bits & 7) + 1))
    return bytes.length === (bits & 7) + 1 ? numberOf(bytes) : NaN
  }
  const [kid, ctr] = [frame[0] >> 4, frame[0] & 15].map(read)
  return Number.isSafeInteger(kid) && Number.isSafeInteger(ctr) ? { kid, ctr, length } : null
}

/** The key and salt of a sender's key (RFC 9605, 4.4.2). @param {Uint8Array<ArrayBuffer>} base  16 bytes @param {number} kid @returns {Promise<FrameKey>} */
export async function frameKeyOf(base, kid) {
  const { subtle } = crypto
  const material = await subtle.importKey('raw', base, 'HKDF', false, ['deriveBits'])
  const number = new DataView(new ArrayBuffer(10))
  number.setBigUint64(0, BigInt(kid))
  number.setUint16(8, SUITE)
  const derive = async (/** @type {string} */ purpose, /** @type {number} */ length) => {
    const info = joined(new TextEncoder().encode(`SFrame 1.0 Secret ${purpose} `), new Uint8Array(number.buffer))
    return new Uint8Array(await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: NOTHING, info }, material, 8 * length))
  }
  const [key, salt] = [await derive('key', 16), await derive('salt', NONCE)]
  return { key: await subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']), salt }
}

/** @param {Uint8Array} salt @param {number} ctr */
function nonceOf(salt, ctr) {
  const nonce = Uint8Array.from(salt)
  bytesOf(ctr).reverse().forEach((byte, index) => { nonce[NONCE - 1 - index] ^= byte })
  return nonce
}

/** @param {FrameKey} key @param {number} ctr @param {Uint8Array<ArrayBuffer>} header @param {Uint8Array<ArrayBuffer>} metadata */
const parameters = ({ salt }, ctr, header, metadata) => ({ name: 'AES-GCM', iv: nonceOf(salt, ctr), additionalData: joined(header, metadata), tagLength: 8 * TAG })

/**
 * An encrypted frame, with its header. The same `ctr` must never be used twice with one key.
 * @param {FrameKey} key @param {number} kid @param {number} ctr @param {BufferSource} plain @param {Uint8Array<ArrayBuffer>} [metadata]
 */
export async function encryptFrame(key, kid, ctr, plain, metadata = NOTHING) {
  const header = headerOf(kid, ctr)
  return joined(header, new Uint8Array(await crypto.subtle.encrypt(parameters(key, ctr, header, metadata), key.key, plain)))
}

/**
 * The frame in an encrypted one; null if it was not encrypted with this key, or was changed.
 * @param {FrameKey} key @param {Header} header  of this frame @param {Uint8Array<ArrayBuffer>} frame @param {Uint8Array<ArrayBuffer>} [metadata]
 */
export async function decryptFrame(key, { ctr, length }, frame, metadata = NOTHING) {
  try {
    return await crypto.subtle.decrypt(parameters(key, ctr, frame.slice(0, length), metadata), key.key, frame.subarray(length))
  } catch {
    return null
  }
}

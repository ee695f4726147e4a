import { fromBase64url, toBase64url } from './base64url.js'
import { joined } from './sframe.js'

/**
 * The keys of one session, made when it begins and forgotten when it ends: one signs, with the other the keys of audio are encrypted from
 * one session to another (ECDH with both agreement keys, HKDF, AES-128-GCM). Private keys cannot be read, not even by this page.
 *
 * @typedef {{ room_id: number, from_peer: string, to_peer: string, kid: number }} About  which key, from whom and for whom
 * @typedef {{ signing_key: string, agreement_key: string }} PublicKeys  uncompressed points of P-256 in base64url
 * @typedef {Awaited<ReturnType<typeof createSessionKeys>>} SessionKeys
 */

const NONCE = 12 // bytes
const CURVE = 'P-256'
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' }

/** What is encrypted and signed belongs to this key, room and pair alone. @param {About} about */
const contextOf = ({ room_id, from_peer, to_peer, kid }) => new TextEncoder().encode(`roomtone sender key 1\n${room_id}\n${from_peer}\n${to_peer}\n${kid}\n`)

export async function createSessionKeys() {
  const { subtle } = crypto
  const signing = /** @type {CryptoKeyPair} */ (await subtle.generateKey({ name: 'ECDSA', namedCurve: CURVE }, false, ['sign']))
  const agreement = /** @type {CryptoKeyPair} */ (await subtle.generateKey({ name: 'ECDH', namedCurve: CURVE }, false, ['deriveBits']))
  const textOf = async (/** @type {CryptoKeyPair} */ { publicKey }) => toBase64url(new Uint8Array(await subtle.exportKey('raw', publicKey)))
  /** @type {PublicKeys} */ const own = Object.freeze({ signing_key: await textOf(signing), agreement_key: await textOf(agreement) })

  /** The key between this session and another, for this row alone. @param {string} other @param {About} about @param {'encrypt'|'decrypt'} use */
  async function keyWith(other, about, use) {
    const point = await subtle.importKey('raw', fromBase64url(other), { name: 'ECDH', namedCurve: CURVE }, false, [])
    const secret = await subtle.deriveBits({ name: 'ECDH', public: point }, agreement.privateKey, 256)
    const material = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
    return subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: contextOf(about) }, material, { name: 'AES-GCM', length: 128 }, false, [use])
  }

  return {
    public: own,

    /** A key for one recipient, as the columns of a row. @param {Uint8Array<ArrayBuffer>} base @param {About} about @param {PublicKeys} recipient */
    async seal(base, about, { agreement_key }) {
      const iv = crypto.getRandomValues(new Uint8Array(NONCE))
      const key = await keyWith(agreement_key, about, 'encrypt')
      const wrapped = joined(iv, new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv, additionalData: contextOf(about) }, key, base)))
      const signature = new Uint8Array(await subtle.sign(SIGNATURE, signing.privateKey, joined(contextOf(about), wrapped)))
      return { wrapped: toBase64url(wrapped), signature: toBase64url(signature) }
    },

    /**
     * The key in a row for this session; null if its sender has not signed it, or it is not for this session.
     * @param {{ wrapped: string, signature: string }} row @param {About} about @param {PublicKeys} sender @returns {Promise<Uint8Array<ArrayBuffer>|null>}
     */
    async open({ wrapped, signature }, about, { signing_key, agreement_key }) {
      try {
        const bytes = fromBase64url(wrapped)
        const signer = await subtle.importKey('raw', fromBase64url(signing_key), { name: 'ECDSA', namedCurve: CURVE }, false, ['verify'])
        if (!(await subtle.verify(SIGNATURE, signer, fromBase64url(signature), joined(contextOf(about), bytes)))) return null
        const key = await keyWith(agreement_key, about, 'decrypt')
        return new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv: bytes.slice(0, NONCE), additionalData: contextOf(about) }, key, bytes.subarray(NONCE)))
      } catch {
        return null
      }
    },
  }
}

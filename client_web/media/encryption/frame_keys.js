import { createRepeatedFrames } from './repeated_frames.js'
import { decryptFrame, encryptFrame, frameKeyOf, readHeader } from './sframe.js'

/**
 * The keys of one session's audio: mine, and those that others gave me. It lives in the worker, where frames pass.
 *
 * All my connections use the same key, and so they share one count of frames: no number is used twice. A sender's older keys are kept a
 * while after a newer one has come, for frames that are still on their way.
 *
 * @typedef {'no_key'|'false'|'repeated'} Fault  `no_key`: it was not given to me, or not yet
 * @typedef {import('./sframe.js').FrameKey} FrameKey
 * @param {{ now?: () => number }} [options]  ms
 */
export function createFrameKeys({ now = () => performance.now() } = {}) {
  const KEPT = 10_000 // ms after a newer key
  const MOST = 4 // keys of one sender

  /** @type {{ kid: number, key: FrameKey, ctr: number }|null} */ let mine = null
  let latest = 0 // of the calls of `send` and `stop`
  /** @typedef {{ key: FrameKey, repeated: ReturnType<typeof createRepeatedFrames>, until: number }} Received */
  /** @type {Map<number, Map<number, Received>>} by user, and by KID: the newest last */ const received = new Map()

  return {
    /** My frames are encrypted with this key from now on. @param {number} kid @param {Uint8Array<ArrayBuffer>} base */
    async send(kid, base) {
      const order = (latest += 1)
      const key = await frameKeyOf(base, kid)
      if (order === latest) mine = { kid, key, ctr: 0 }
    },
    /** My frames are not sent any more. */
    stop() {
      latest += 1
      mine = null
    },
    /** A user gave me this key. @param {number} user @param {number} kid @param {Uint8Array<ArrayBuffer>} base */
    async receive(user, kid, base) {
      const key = await frameKeyOf(base, kid)
      const keys = received.get(user) ?? new Map()
      received.set(user, keys)
      for (const older of keys.values()) older.until = Math.min(older.until, now() + KEPT)
      keys.set(kid, { key, repeated: createRepeatedFrames(), until: Infinity })
      for (const each of [...keys.keys()].slice(0, -MOST)) keys.delete(each)
    },
    /** The user's session has ended. @param {number} user */
    forget: (user) => received.delete(user),

    /** A frame of mine, encrypted; null while nobody could decrypt it: nothing is ever sent as it is. @param {ArrayBuffer} plain */
    async encrypt(plain) {
      if (!mine) return null
      const { kid, key } = mine
      const ctr = mine.ctr++
      return encryptFrame(key, kid, ctr, plain)
    },

    /** A frame of this user, decrypted, or why it is not. @param {number|undefined} user @param {ArrayBuffer} data @returns {Promise<{ plain: ArrayBuffer, kid: number }|{ fault: Fault }>} */
    async decrypt(user, data) {
      const frame = new Uint8Array(data)
      const header = readHeader(frame)
      if (!header) return { fault: 'false' }
      const keys = user === undefined ? undefined : received.get(user)
      const found = keys?.get(header.kid)
      if (!found || found.until < now()) return { fault: 'no_key' }
      const plain = await decryptFrame(found.key, header, frame)
      if (!plain) return { fault: 'false' }
      if (!found.repeated.isFirst(header.ctr)) return { fault: 'repeated' }
      return { plain, kid: header.kid }
    },
  }
}

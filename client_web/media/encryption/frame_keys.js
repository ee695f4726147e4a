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
  /** @type {Map<number, Map<number, Received>>} by user, and by KID */ const received = new Map()
  let inOrder = Promise.resolve() // what concerns keys that others gave me, one after the other: of two keys the later one may be made sooner

  /** @param {() => unknown} step  if it fails, it is a false key, and the next step is taken all the same */
  const next = (step) => (inOrder = inOrder.then(step).then(() => {}, () => {}))

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
    receive: (user, kid, base) => next(async () => {
      const keys = received.get(user) ?? new Map()
      if (keys.has(kid)) return // with it come the frames that were heard: they are not heard again
      keys.set(kid, { key: await frameKeyOf(base, kid), repeated: createRepeatedFrames(), until: Infinity })
      received.set(user, keys)
      const kids = [...keys.keys()].sort((a, b) => a - b)
      for (const older of kids.slice(0, -1)) keys.get(older).until = Math.min(keys.get(older).until, now() + KEPT)
      for (const oldest of kids.slice(0, -MOST)) keys.delete(oldest)
    }),
    /** The user's session has ended. @param {number} user */
    forget: (user) => next(() => received.delete(user)),

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

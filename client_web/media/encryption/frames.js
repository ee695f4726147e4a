import { FRAME_WORKER } from '../../addresses.js'

/**
 * The frames of audio of one session in an encrypted room: they pass a worker, which has the keys. Where browsers offer that
 * (RTCRtpScriptTransform: Chromium, Firefox, Safari), it is set before the first packet can come or go.
 *
 * @typedef {ReturnType<typeof createFrames>} Frames
 * @typedef {import('./worker.js').Report} Report
 * @typedef {import('./worker.js').Begun} Begun
 */

/** Whether this browser can do it: older ones cannot, and pages that come by plain HTTP have no Web Crypto. */
export const canEncrypt = () => typeof RTCRtpScriptTransform === 'function' && Boolean(globalThis.crypto?.subtle)

/**
 * @param {{ onReport: (report: Report) => void, onBroken: () => void }} listener  `onBroken`: the worker could not be loaded, or has ended
 */
export function createFrames({ onReport, onBroken }) {
  const worker = new Worker(FRAME_WORKER, { type: 'module' })
  /** @type {WeakMap<RTCRtpReceiver, number>} */ const ids = new WeakMap()
  let last = 0

  const closing = new AbortController()

  worker.addEventListener('message', (/** @type {{ data: Report|Begun }} */ { data }) => ('lock' in data ? void watch(data.lock) : onReport(data)))
  worker.addEventListener('error', onBroken)

  /** A browser that ends a worker, as where memory is short, says nothing. But then this page gets its lock. @param {string} lock */
  async function watch(lock) {
    try {
      await navigator.locks.request(lock, { signal: closing.signal }, () => {})
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return // it was closed
      throw error
    }
    onBroken()
  }

  /** @param {import('./worker.js').Order} order */
  const order = (order) => worker.postMessage(order)

  return {
    /** What this transceiver sends and receives passes the worker from now on. @param {RTCRtpTransceiver} transceiver */
    protect({ sender, receiver }) {
      if (ids.has(receiver)) return
      const id = (last += 1)
      ids.set(receiver, id)
      sender.transform = new RTCRtpScriptTransform(worker, { id: null })
      receiver.transform = new RTCRtpScriptTransform(worker, { id })
    },
    /** This receiver has this user's voice now: only their keys decrypt it. @param {RTCRtpReceiver} receiver @param {number} user */
    listenTo(receiver, user) {
      const id = ids.get(receiver)
      if (id !== undefined) order({ voice: { id, user } })
    },
    /** @param {number} kid @param {Uint8Array<ArrayBuffer>} base */
    send: (kid, base) => order({ send: { kid, base } }),
    stop: () => order({ send: null }),
    /** @param {number} user @param {number} kid @param {Uint8Array<ArrayBuffer>} base */
    receive: (user, kid, base) => order({ receive: { user, kid, base } }),
    /** @param {number} user */
    forget: (user) => order({ forget: user }),
    close() {
      closing.abort()
      worker.terminate()
    },
  }
}

import { createFrameKeys } from './frame_keys.js'

/**
 * The worker in which frames of audio are encrypted and decrypted (W3C WebRTC Encoded Transform). It never passes on a frame that it could not
 * encrypt or decrypt: nobody hears noise, and nothing is sent that a node could hear.
 *
 * @typedef {{ send: { kid: number, base: Uint8Array<ArrayBuffer> } | null } | { receive: { user: number, kid: number, base: Uint8Array<ArrayBuffer> } }
 *   | { forget: number } | { voice: { id: number, user: number } }} Order  `voice`: whose voice a receiver has now
 * @typedef {{ user: number, heard: boolean, fault: import('./frame_keys.js').Fault|null }} Report
 * @typedef {{ lock: string }} Begun  the worker has this lock (Web Locks) as long as it runs
 * @typedef {{ data: ArrayBuffer }} EncodedFrame
 * @typedef {{ readable: ReadableStream<EncodedFrame>, writable: WritableStream<EncodedFrame>, options: { id: number|null } }} Transformer
 *   `id`: of the receiver; null for a sender
 */

const FAULTS = 25 // frames in a row, half a second, before it is reported

/** TypeScript's types of workers contradict those of pages. */
const worker = /** @type {any} */ (globalThis)
const keys = createFrameKeys()

const lock = `roomtone.frames.${crypto.randomUUID()}`
void navigator.locks.request(lock, () => {
  worker.postMessage(/** @type {Begun} */ ({ lock }))
  return new Promise(() => {}) // until the worker ends
})

/** @type {Map<number, number>} the user of each receiver */ const voices = new Map()
/** @type {Map<number, { faults: number, reported: string }>} by user */ const states = new Map()

/** @param {number} user @param {import('./frame_keys.js').Fault|null} fault */
function report(user, fault) {
  const state = states.get(user) ?? { faults: 0, reported: '' }
  states.set(user, state)
  state.faults = fault ? state.faults + 1 : 0
  const next = fault ?? 'heard'
  if (next === state.reported || (fault && state.faults < FAULTS)) return
  state.reported = next
  worker.postMessage(/** @type {Report} */ ({ user, heard: !fault, fault }))
}

/** @param {number|null} id @returns {(frame: EncodedFrame, controller: TransformStreamDefaultController<EncodedFrame>) => Promise<void>} */
const through = (id) => async (frame, controller) => {
  if (id === null) {
    const encrypted = await keys.encrypt(frame.data)
    if (!encrypted) return
    frame.data = encrypted.buffer
    controller.enqueue(frame)
    return
  }
  const user = voices.get(id)
  if (frame.data.byteLength === 0) return
  const found = await keys.decrypt(user, frame.data)
  if (user !== undefined) report(user, 'fault' in found ? found.fault : null)
  if ('fault' in found) return
  frame.data = found.plain
  controller.enqueue(frame)
}

worker.addEventListener('rtctransform', (/** @type {{ transformer: Transformer }} */ { transformer }) => {
  const { readable, writable, options } = transformer
  readable.pipeThrough(new TransformStream({ transform: through(options.id) })).pipeTo(writable).catch(() => {}) // the connection was closed
})

worker.addEventListener('message', async (/** @type {{ data: Order }} */ { data: order }) => {
  if ('voice' in order) voices.set(order.voice.id, order.voice.user)
  else if ('forget' in order) {
    await keys.forget(order.forget)
    states.delete(order.forget)
  } else if ('receive' in order) {
    await keys.receive(order.receive.user, order.receive.kid, order.receive.base)
    states.delete(order.receive.user) // with each key it is reported anew: the page may know of a false one that came between
  } else if (order.send) await keys.send(order.send.kid, order.send.base)
  else keys.stop()
})

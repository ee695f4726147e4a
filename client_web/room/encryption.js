import { canEncrypt, createFrames } from '../media/encryption/frames.js'
import { safetyNumberOf } from '../media/encryption/safety_number.js'
import { createSessionKeys } from '../media/encryption/session_keys.js'
import { problemFrom } from '../signaling/problem.js'
import { createKeyExchange, keyedOf } from './key_exchange.js'
import { isNode, present } from './state.js'

/**
 * The encryption of the audio from browser to browser, in rooms that were made so. In other rooms it does nothing. Each session of my seat has
 * keys of its own, and connects only when the room knows them, with others whose keys it knows.
 *
 * @typedef {'off'|'unsupported'|'preparing'|'on'|'replaced'|'failed'} Phase  off: the room is not encrypted; unsupported: this browser cannot
 *   do it; replaced: the room has other keys for me than mine; failed: `problem` says why
 * @typedef {'off'|'no_keys'|'unheard'|'heard'|'waiting'|'failed'} OfPerson  what comes from a person. no_keys: they can neither be heard nor hear;
 *   waiting: they have not given me their key; failed: it is not their voice, or not their key
 * @typedef {Readonly<{ phase: Phase, number: string|null, problem: import('../signaling/problem.js').Problem|null }>} EncryptionState  `number`: see safety_number.js
 * @typedef {ReturnType<typeof createEncryption>} Encryption
 * @typedef {import('./state.js').Seat} Seat
 *
 * @param {object} options
 * @param {import('./seat.js').MySeat} options.seat
 * @param {ReturnType<typeof import('./inspector.js').createInspector>} options.inspector
 * @param {() => void} options.onChange
 */
export function createEncryption({ seat, inspector, onChange }) {
  const RETRY = 2_000 // ms
  const PATIENCE = 3_000 // ms in which a session writes its keys, before it is said that it has none
  const { room } = seat
  /** @typedef {{ peer_id: string, frames: ReturnType<typeof createFrames>, keys: import('../media/encryption/session_keys.js').SessionKeys|null, exchange: import('./key_exchange.js').KeyExchange|null }} Session */
  /** @type {Session|null} */ let session = null
  /** @type {EncryptionState} */ let state = Object.freeze({ phase: 'off', number: null, problem: null })
  /** @type {Map<number, 'heard'|'waiting'|'failed'>} by user */ const people = new Map()
  /** @type {Map<number, string>} the session of each user */ const sessions = new Map()
  /** @type {Map<string, number>} since when a session is known that has no keys */ const keyless = new Map()
  let numbered = '' // the keys of `state.number`

  const isEncrypted = () => Boolean(room.state.room?.encrypted)

  /** @param {Partial<EncryptionState>} change */
  function set(change) {
    state = Object.freeze({ ...state, ...change })
    onChange()
  }

  /** @param {string} peer_id */
  async function begin(peer_id) {
    close()
    const frames = createFrames({ onReport, onBroken: () => session?.frames === frames && set({ phase: 'unsupported' }) })
    /** @type {Session} */ const begun = { peer_id, frames, keys: null, exchange: null }
    session = begun
    set({ phase: 'preparing' })
    const keys = await createSessionKeys()
    if (session !== begun) return
    begun.keys = keys
    begun.exchange = createKeyExchange({ seat, keys, frames, onFalse: (user_id) => fail(user_id, 'false_key') })
    publish(begun, keys.public)
  }

  /** @param {Session} begun @param {import('../media/encryption/session_keys.js').PublicKeys} keys */
  async function publish(begun, keys) {
    try {
      await seat.writeKeys(keys)
    } catch (error) {
      const problem = problemFrom(error)
      if (session !== begun) return
      // The keys were written, and only the answer was lost: the room's log says so.
      if (problem.temporary) setTimeout(() => session === begun && publish(begun, keys), RETRY)
      else if (problem.rule !== 'participants_session_keeps_its_keys') set({ phase: 'failed', problem })
    }
  }

  /** @param {import('../media/encryption/frames.js').Report} report */
  function onReport({ user, heard, fault }) {
    if (heard) people.set(user, 'heard')
    else if (fault === 'no_key') people.set(user, 'waiting')
    if (fault && fault !== 'no_key') fail(user, fault)
    else onChange()
  }

  /** @param {number} user_id @param {import('./inspector.js').Undecrypted} fault */
  function fail(user_id, fault) {
    people.set(user_id, 'failed')
    inspector.note({ code: 'not_decrypted', fault }, user_id)
    onChange()
  }

  /** Sessions that are over have no keys any more. */
  function forgetGone() {
    const now = new Map(keyedOf(room.state).map(({ user_id, peer_id }) => [user_id, peer_id]))
    for (const [user_id, peer_id] of sessions) {
      if (now.get(user_id) === peer_id) continue
      session?.frames.forget(user_id)
      people.delete(user_id)
      sessions.delete(user_id)
    }
    for (const [user_id, peer_id] of now) sessions.set(user_id, peer_id)
  }

  function noteKeyless() {
    const without = present(room.state).filter((each) => !isNode(each) && !each.signing_key && each.user_id !== room.user_id).map(({ peer_id }) => peer_id ?? '')
    for (const peer_id of keyless.keys()) if (!without.includes(peer_id)) keyless.delete(peer_id)
    for (const peer_id of without) {
      if (keyless.has(peer_id)) continue
      keyless.set(peer_id, performance.now())
      setTimeout(onChange, PATIENCE)
    }
  }

  /** Of the keys that this browser uses, whatever the room says of mine. */
  async function count() {
    const mine = session?.keys?.public
    if (state.phase !== 'on' && state.phase !== 'replaced') return // without mine it would soon be another one
    const all = keyedOf(room.state).map((each) => (each.user_id === room.user_id && mine ? { ...each, ...mine } : each))
    const text = all.map(({ user_id, signing_key, agreement_key }) => [user_id, signing_key, agreement_key]).join()
    if (text === numbered) return
    numbered = text
    const number = await safetyNumberOf(seat.room_id, all)
    if (text === numbered && session) set({ number })
  }

  /** Whether my session is ready: the room has my keys, which are mine. */
  function check() {
    const { row } = seat
    const mine = session?.keys?.public
    if (!row?.signing_key || !mine || state.phase === 'unsupported') return
    const same = row.signing_key === mine.signing_key && row.agreement_key === mine.agreement_key
    const phase = same ? 'on' : 'replaced'
    if (state.phase !== phase) set({ phase })
  }

  function close() {
    session?.exchange?.close()
    session?.frames.close()
    session = null
    people.clear()
    sessions.clear()
    keyless.clear()
    numbered = ''
    state = Object.freeze({ phase: 'off', number: null, problem: null })
  }

  return {
    get state() {
      return state
    },
    /** What comes from this person. @param {Seat} other @returns {OfPerson} */
    of(other) {
      if (!isEncrypted()) return 'off'
      if (other.signing_key) return people.get(other.user_id) ?? 'unheard'
      const since = keyless.get(other.peer_id ?? '') ?? Infinity
      return performance.now() - since >= PATIENCE ? 'no_keys' : 'unheard'
    },

    /** Seats or the room have changed. */
    observe() {
      const { peer_id } = seat
      if (!isEncrypted() || !peer_id) return
      if (!canEncrypt()) return state.phase === 'unsupported' || set({ phase: 'unsupported' })
      if (session?.peer_id !== peer_id) begin(peer_id)
      forgetGone()
      noteKeyless()
      check()
      session?.exchange?.observe()
      count()
    },
    /** A frame of the room's log. @param {import('../signaling/subscription.js').Frame} frame */
    receive({ type, data }) {
      if (type === 'sender_keys') session?.exchange?.receive(data.record)
    },
    /** A snapshot may have left out rows that were written before. @param {boolean} lost  the rows of the log before */
    async reread(lost) {
      const asking = session
      if (!asking?.exchange) return
      if (lost) asking.exchange.renew()
      for (const row of await seat.givenKeys().catch(() => [])) if (session === asking) asking.exchange.receive(row)
    },

    /** My seat, as soon as it may be connected. @param {Seat|null} row */
    mine: (row) => (!isEncrypted() || state.phase === 'on' ? row : null),
    /** The seats with which mine may be connected. @param {Iterable<Seat>} seats @returns {Iterable<Seat>} */
    connectable: (seats) => (isEncrypted() ? [...seats].filter((each) => isNode(each) || each.signing_key) : seats),
    /** @param {RTCRtpTransceiver} transceiver */
    protect(transceiver) {
      if (isEncrypted()) session?.frames.protect(transceiver)
    },
    /** @param {RTCRtpReceiver} receiver @param {number} user_id  whose voice it has now */
    listenTo: (receiver, user_id) => session?.frames.listenTo(receiver, user_id),

    close,
  }
}

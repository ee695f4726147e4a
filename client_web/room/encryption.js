import { canEncrypt, createFrames } from '../media/encryption/frames.js'
import { safetyNumberOf } from '../media/encryption/safety_number.js'
import { createSessionKeys } from '../media/encryption/session_keys.js'
import { backoff } from '../signaling/backoff.js'
import { problemFrom } from '../signaling/problem.js'
import { createKeyExchange } from './key_exchange.js'
import { createEncryptionMemory } from './encryption_memory.js'
import { createKnownKeys, hasKeys } from './known_keys.js'
import { isNode, present } from './state.js'

/**
 * The encryption of the audio from browser to browser, in rooms that were made so. In other rooms it does nothing. Each session of my seat has
 * keys of its own, and connects only when the room knows them, with others whose keys it knows.
 *
 * What the database says is not trusted: a room that was encrypted stays so in this tab (encryption_memory.js). What it did wrong (`lowered`,
 * `replaced`) is remembered until this is thrown away, which is when I enter a room again from the hallway.
 *
 * @typedef {'off'|'unsupported'|'preparing'|'on'|'silent'|'lowered'|'replaced'|'failed'} Phase  off: the room is not encrypted; unsupported: this browser
 *   cannot do it; silent: I am not heard, because somebody who has left would hear me; lowered: the room is said to be not encrypted any more; replaced:
 *   the room has other keys for me than mine; failed: `problem` says why, or null: keys could not be made, or the worker has failed
 * @typedef {'off'|'no_keys'|'replaced'|'unheard'|'heard'|'waiting'|'failed'} OfPerson  what comes from a person. no_keys: they can neither be heard nor hear;
 *   replaced: their session has other keys than before; waiting: they have not given me their key; failed: it is not their voice, or not their key
 * @typedef {Readonly<{ phase: Phase, number: string|null, problem: import('../signaling/problem.js').Problem|null }>} EncryptionState  `number`: see safety_number.js
 * @typedef {ReturnType<typeof createEncryption>} Encryption
 * @typedef {import('./state.js').Seat} Seat
 *
 * @param {object} options
 * @param {import('./seat.js').MySeat} options.seat
 * @param {ReturnType<typeof import('./inspector.js').createInspector>} options.inspector
 * @param {import('./encryption_memory.js').EncryptionMemory} [options.memory]  of this tab
 * @param {() => void} options.onChange
 */
export function createEncryption({ seat, inspector, memory = createEncryptionMemory(), onChange }) {
  const RETRY = 2_000 // ms
  const PATIENCE = 3_000 // ms in which a session writes its keys, before it is said that it has none
  const ATTEMPTS = 2 // to start the worker, in each session
  const { room } = seat
  /**
   * @typedef {{ peer_id: string, frames: ReturnType<typeof createFrames>|null, attempts: number, keys: import('../media/encryption/session_keys.js').SessionKeys|null, last: number,
   *   exchange: import('./key_exchange.js').KeyExchange|null, writing: boolean, known: boolean }} Session  `known`: the room had these keys
   */
  /** @type {Session|null} */ let session = null
  /** @type {EncryptionState} */ let state = Object.freeze({ phase: 'off', number: null, problem: null })
  /** @type {Map<number, 'heard'|'waiting'|'failed'>} by user */ const people = new Map()
  /** @type {Map<number, string>} the session of each user */ const sessions = new Map()
  /** @type {Map<string, number>} since when a session is known that has no keys */ const keyless = new Map()
  const known = createKnownKeys(room, memory, ({ user_id }) => inspector.note({ code: 'not_decrypted', fault: 'other_keys' }, user_id))
  let encrypted = memory.wasEncrypted(seat.room_id)
  /** @type {'lowered'|'replaced'|null} */ let betrayed = null
  let numbered = '' // the keys of `state.number`
  let reads = 0

  function isEncrypted() {
    if (encrypted || !room.state.room?.encrypted) return encrypted
    encrypted = true
    memory.noteEncrypted(seat.room_id)
    return encrypted
  }

  /** @param {Partial<EncryptionState>} change */
  function set(change) {
    state = Object.freeze({ ...state, ...change })
    onChange()
  }

  /** @param {string} peer_id */
  async function begin(peer_id) {
    close()
    /** @type {Session} */ const begun = { peer_id, frames: null, attempts: 0, keys: null, last: 0, exchange: null, writing: false, known: false }
    session = begun
    set({ phase: 'preparing' })
    try {
      const keys = await createSessionKeys()
      if (session !== begun) return
      openFrames(begun, keys)
      publish(begun)
    } catch {
      if (session === begun) set({ phase: 'failed' })
    }
  }

  /** The worker, and what gives it keys. @param {Session} begun @param {import('../media/encryption/session_keys.js').SessionKeys} keys */
  function openFrames(begun, keys) {
    const frames = createFrames({ onReport, onBroken: () => begun.frames === frames && onBroken(begun) })
    begun.attempts += 1
    const onFalse = (/** @type {number} */ user_id) => fail(user_id, 'false_key')
    // Who is muted sends nothing, so their voice cannot show that the key is there.
    const onOpened = (/** @type {number} */ user_id) => people.get(user_id) === 'waiting' && people.delete(user_id) && onChange()
    begun.exchange = createKeyExchange({ seat, known, session: Object.assign(begun, { keys, frames }) }, { onFalse, onOpened, onChange: reconsider })
  }

  /** Its worker was not loaded, or has failed: connections that passed it are closed, and once there is another. @param {Session} begun */
  function onBroken(begun) {
    begun.exchange?.close()
    begun.frames?.close()
    begun.frames = null
    if (session !== begun) return
    people.clear()
    numbered = ''
    set({ phase: 'failed', number: null })
    if (begun.attempts < ATTEMPTS) setTimeout(again, RETRY, begun)
  }

  /** @param {Session} begun */
  function again(begun) {
    if (session !== begun || !begun.keys) return
    openFrames(begun, begun.keys)
    observe()
    readKeys(begun)
  }

  /** @param {Session} begun */
  async function publish(begun) {
    if (!begun.keys || begun.writing) return
    begun.writing = true
    try {
      await seat.writeKeys(begun.keys.public)
      begun.writing = false
    } catch (error) {
      begun.writing = false
      const problem = problemFrom(error)
      if (session !== begun) return
      // The keys were written, and only the answer was lost: the room's log says so.
      if (problem.temporary) setTimeout(() => session === begun && publish(begun), RETRY)
      else if (problem.rule !== 'participants_session_keeps_its_keys' && !betrayed) set({ phase: 'failed', problem })
    }
  }

  /** The database has crashed and forgot my keys. @param {Session} begun */
  function publishAgain(begun) {
    begun.known = false
    numbered = ''
    set({ phase: 'preparing', number: null })
    publish(begun)
    begun.exchange?.renew() // others forgot what they had of me
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
    // A false key harms nobody while the voice is heard with an earlier one.
    if (fault !== 'false_key' || people.get(user_id) !== 'heard') people.set(user_id, 'failed')
    inspector.note({ code: 'not_decrypted', fault }, user_id)
    onChange()
  }

  /** Sessions that are over have no keys any more. */
  function forgetGone() {
    const now = new Map(known.keyed().map(({ user_id, peer_id }) => [user_id, peer_id]))
    for (const [user_id, peer_id] of sessions) {
      if (now.get(user_id) === peer_id) continue
      session?.frames?.forget(user_id)
      people.delete(user_id)
      sessions.delete(user_id)
    }
    for (const [user_id, peer_id] of now) sessions.set(user_id, peer_id)
  }

  function noteKeyless() {
    const without = present(room.state).filter((each) => !isNode(each) && !hasKeys(each) && each.user_id !== room.user_id).map(({ peer_id }) => peer_id ?? '')
    for (const peer_id of keyless.keys()) if (!without.includes(peer_id)) keyless.delete(peer_id)
    for (const peer_id of without) {
      if (keyless.has(peer_id)) continue
      keyless.set(peer_id, performance.now())
      setTimeout(onChange, PATIENCE)
    }
  }

  /** Of the keys that this browser uses, whatever the room says of mine; none while my voice can be decrypted by others than those. */
  async function count() {
    const mine = session?.keys?.public
    if (!['on', 'silent', 'replaced'].includes(state.phase)) return // without mine it would soon be another one
    const all = known.keyed().map((each) => (each.user_id === room.user_id && mine ? { ...each, ...mine } : each))
    const text = session?.exchange?.isShown ? all.map(({ user_id, signing_key, agreement_key }) => [user_id, signing_key, agreement_key]).join() : ''
    if (text === numbered) return
    numbered = text
    const number = text ? await safetyNumberOf(seat.room_id, all) : null
    if (text === numbered && session && number !== state.number) set({ number })
  }

  /** Whether my session is ready: the room has my keys, which are mine. */
  function check() {
    const { row } = seat
    if (!session || state.phase === 'unsupported') return
    const mine = session.keys?.public
    const same = row?.signing_key === mine?.signing_key && row?.agreement_key === mine?.agreement_key
    if (row?.signing_key && mine && !same) betrayed ??= 'replaced'
    if (betrayed) return state.phase === betrayed || set({ phase: betrayed, problem: null })
    if (!row || !mine || !session.frames) return
    if (!row.signing_key) return session.known && publishAgain(session)
    session.known = true
    const phase = session.exchange?.silent ? 'silent' : 'on'
    if (state.phase !== phase) set({ phase, problem: null })
  }

  /** The key of my audio is another one, or there is none. */
  function reconsider() {
    check()
    count()
  }

  /** Gets the keys that others gave to this session, as soon as the relay answers. @param {Session} asking */
  async function readKeys(asking) {
    const order = (reads += 1)
    for (let attempt = 0; session === asking && order === reads; attempt += 1) {
      try {
        for (const row of await seat.givenKeys()) if (session === asking) asking.exchange?.receive(row)
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, backoff(attempt)))
      }
    }
  }

  /** @param {'lowered'|'replaced'} phase */
  function refuse(phase) {
    if (state.phase === phase) return
    close()
    set({ phase })
  }

  function observe() {
    const { peer_id } = seat
    if (!isEncrypted() || !peer_id) return
    if (room.state.room && !room.state.room.encrypted) betrayed = 'lowered'
    if (betrayed === 'lowered' || (betrayed && session?.peer_id !== peer_id)) return refuse(betrayed)
    if (!canEncrypt()) return state.phase === 'unsupported' || set({ phase: 'unsupported' })
    if (session?.peer_id !== peer_id) begin(peer_id)
    forgetGone()
    noteKeyless()
    check()
    session?.exchange?.observe()
    count()
  }

  function close() {
    session?.exchange?.close()
    session?.frames?.close()
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
      if (known.wereExchanged(other)) return 'replaced'
      if (hasKeys(other)) return people.get(other.user_id) ?? 'unheard'
      const since = keyless.get(other.peer_id ?? '') ?? Infinity
      return performance.now() - since >= PATIENCE ? 'no_keys' : 'unheard'
    },

    /** Whether it was ever said of this room that it is encrypted, whatever is said now. */
    get encrypted() {
      return isEncrypted()
    },
    /** Seats or the room have changed. */
    observe,
    /** A frame of the room's log. @param {import('../signaling/subscription.js').Frame} frame */
    receive({ type, data }) {
      if (type === 'sender_keys') session?.exchange?.receive(data.record)
    },
    /** A snapshot may have left out rows that were written before. @param {boolean} lost  the rows of the log before */
    reread(lost) {
      if (!session?.exchange) return
      if (lost) session.exchange.renew()
      if (seat.row && !seat.row.signing_key && !betrayed) publish(session)
      readKeys(session)
    },

    /** My seat, as soon as it may be connected. @param {Seat|null} row */
    mine: (row) => (!isEncrypted() || state.phase === 'on' || state.phase === 'silent' ? row : null),
    /** The seats with which mine may be connected. @param {Iterable<Seat>} seats @returns {Iterable<Seat>} */
    connectable: (seats) => (isEncrypted() ? [...seats].filter((each) => isNode(each) || known.trusts(each)) : seats),
    /** Throws if it cannot: nothing may be sent as it is. @param {RTCRtpTransceiver} transceiver */
    protect(transceiver) {
      if (!isEncrypted()) return
      if (!session?.frames) throw new Error('this room is encrypted, and this session has no keys yet')
      session.frames.protect(transceiver)
    },
    /** @param {RTCRtpReceiver} receiver @param {number} user_id  whose voice it has now */
    listenTo: (receiver, user_id) => session?.frames?.listenTo(receiver, user_id),

    close,
  }
}

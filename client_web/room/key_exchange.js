import { sessionOf } from './known_keys.js'
import { mayComeToSpeak } from './state.js'

/**
 * The keys of audio of one session, given and received as rows. Whoever may speak makes a new key when somebody comes or goes, and gives it to
 * all who have keys: who came later cannot decrypt what was said before, nor who left what is said after. Changes that follow each
 * other soon share one new key.
 *
 * @typedef {import('./known_keys.js').KeyedSeat} KeyedSeat
 * @typedef {{ from_peer: string, to_peer: string, kid: number, wrapped: string, signature: string }} SenderKey  a row of sender_keys
 * @typedef {ReturnType<typeof createKeyExchange>} KeyExchange
 */

const TIMES = { // ms
  soon: 50, // in which more may come or go
  pause: 1_500, // between two keys
  each: 50, // for each session, if that is more: all speakers of a large room make new keys together
  switch: 400, // until a new key is used, in which it reaches the others
  retry: 1_000,
  patience: 10_000, // in which who has left can still hear me, if no new key can be given
}
const KEYS = 65_536 // of one session: with its place in the log, each key of the room has a number of its own

/**
 * @param {object} options
 * @param {import('./seat.js').MySeat} options.seat
 * @param {Pick<import('./known_keys.js').KnownKeys, 'keyed'>} options.known
 * @param {{ keys: import('../media/encryption/session_keys.js').SessionKeys, frames: Pick<import('../media/encryption/frames.js').Frames, 'send'|'stop'|'receive'>, last: number }} options.session
 *   `last`: the number of its newest key
 * @param {{ onFalse: (user_id: number) => void, onOpened: (user_id: number) => void, onChange: () => void }} listener  `onFalse`: a key of this user was
 *   not signed by them, or cannot be opened; `onOpened`: their newest key is there; `onChange`: of `silent` or `isShown`
 * @param {Partial<typeof TIMES>} [times]
 */
export function createKeyExchange({ seat, known, session }, listener, times) {
  const { soon, pause, each, switch: switching, retry, patience } = { ...TIMES, ...times }
  const { room, peer_id, room_id } = seat
  const { keys, frames } = session
  const { onFalse, onOpened, onChange } = listener
  let given = '' // to whom my newest key was given
  let wanted = 0 // how often a new key was asked for, whoever has the newest one
  /** @type {readonly string[]|null} who has the key that is used */ let using = null
  let silent = false
  let renewedAt = -Infinity
  let busy = false
  let closed = false
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let renewal
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let change // to the newest key
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let silence
  /** @type {Map<string, number>} by session: the newest key of each that was opened */ const opened = new Map()
  let inOrder = Promise.resolve()

  const recipients = () => known.keyed().filter(({ user_id }) => user_id !== room.user_id)
  const sessionsOf = (/** @type {KeyedSeat[]} */ seats) => seats.map(sessionOf).sort()

  function stop() {
    clearTimeout(renewal)
    clearTimeout(change)
    clearTimeout(silence)
    renewal = silence = undefined
    given = ''
    const changes = using || silent
    if (using) frames.stop()
    using = null
    silent = false
    if (changes) onChange()
  }

  function observe() {
    const { row } = seat
    if (closed || !row) return
    const all = recipients()
    // Who left meanwhile may have the key, so it is not used when I come to speak again.
    if (!mayComeToSpeak(row) || !all.length) return stop()
    if (sessionsOf(all).join() !== given && !busy) renewal ??= setTimeout(renew, Math.max(soon, renewedAt + Math.max(pause, each * all.length) - performance.now()))
    watch()
  }

  async function renew() {
    renewal = undefined
    const { row } = seat
    const all = recipients()
    if (closed || !row || !mayComeToSpeak(row) || !all.length) return
    busy = true
    const order = wanted
    const kid = (session.last = Math.max(session.last + 1, row.seq * KEYS))
    const base = crypto.getRandomValues(new Uint8Array(16))
    try {
      const rows = await Promise.all(all.map((other) => rowFor(other, kid, base)))
      if (closed) return
      const sealed = rows.filter((row) => row !== null)
      if (sealed.length) await seat.giveKeys(sealed)
      renewedAt = performance.now()
      busy = false
      if (closed) return
      use(kid, base, sessionsOf(all), order === wanted)
      observe()
    } catch {
      // Somebody has just left, or the relay does not answer: the inspector shows it.
      busy = false
      if (!closed) renewal ??= setTimeout(renew, retry)
    }
  }

  /** @param {KeyedSeat} other @param {number} kid @param {Uint8Array<ArrayBuffer>} base */
  async function rowFor(other, kid, base) {
    const about = { room_id, from_peer: peer_id ?? '', to_peer: other.peer_id, kid }
    try {
      return { from_peer: peer_id, to_peer: other.peer_id, kid, ...(await keys.seal(base, about, other)) }
    } catch {
      return null // their key is no point of the curve: they harm only themselves
    }
  }

  /** @param {number} kid @param {Uint8Array<ArrayBuffer>} base @param {string[]} sessions @param {boolean} isLast  nobody asked for a newer one meanwhile */
  function use(kid, base, sessions, isLast) {
    given = isLast ? sessions.join() : ''
    clearTimeout(change)
    const begin = () => {
      frames.send(kid, base)
      using = sessions
      silent = false
      clearTimeout(silence)
      silence = undefined
      watch()
      onChange()
    }
    if (using) change = setTimeout(begin, switching)
    else begin()
  }

  /** Who has left has the key that is used, until a new one can be given. That must not last. */
  function watch() {
    const here = new Set(sessionsOf(recipients()))
    if (using?.some((session) => !here.has(session))) {
      silence ??= setTimeout(beSilent, patience)
      return
    }
    clearTimeout(silence)
    silence = undefined
  }

  function beSilent() {
    silence = undefined
    if (closed) return
    frames.stop()
    using = null
    given = ''
    silent = true
    onChange()
    observe()
  }

  /** @param {SenderKey} row */
  async function open(row) {
    const sender = known.keyed().find((seat) => seat.peer_id === row.from_peer)
    if (closed || !sender || row.to_peer !== peer_id || row.kid <= (opened.get(row.from_peer) ?? 0)) return
    const base = await keys.open(row, { ...row, room_id }, sender)
    if (closed) return
    if (!base) return onFalse(sender.user_id)
    opened.set(row.from_peer, row.kid)
    frames.receive(sender.user_id, row.kid, base)
    onOpened(sender.user_id)
  }

  return {
    /** Whether nothing is sent, because who has left would hear it. */
    get silent() {
      return silent
    },
    /** Whether the key that is used, if there is one, was given to those whom the page shows, and to nobody else. */
    get isShown() {
      return !using || using.join() === sessionsOf(recipients()).join()
    },
    /** Seats have changed. */
    observe,
    /** A key for this session. Those of one sender are opened in their order. @param {SenderKey} row */
    receive(row) {
      inOrder = inOrder.then(() => open(row))
    },
    /** Rows or keys were lost: a new key is given, also if one is being given now. */
    renew() {
      given = ''
      wanted += 1
      observe()
    },
    close() {
      closed = true
      for (const timer of [renewal, change, silence]) clearTimeout(timer)
    },
  }
}

import { isCounted, isQuiet, mayComeToSpeak, present } from './state.js'

/**
 * The keys of audio of one session, given and received as rows. Whoever may speak makes a new key when somebody comes or goes, and gives it to
 * all who have keys: who came later cannot decrypt what was said before, nor who left what is said after. Changes that follow each
 * other soon share one new key.
 *
 * @typedef {import('./state.js').PresentSeat & import('../media/encryption/session_keys.js').PublicKeys} KeyedSeat
 * @typedef {{ from_peer: string, to_peer: string, kid: number, wrapped: string, signature: string }} SenderKey  a row of sender_keys
 * @typedef {ReturnType<typeof createKeyExchange>} KeyExchange
 *
 * @param {object} options
 * @param {import('./seat.js').MySeat} options.seat
 * @param {import('../media/encryption/session_keys.js').SessionKeys} options.keys
 * @param {Pick<import('../media/encryption/frames.js').Frames, 'send'|'stop'|'receive'>} options.frames
 * @param {(user_id: number) => void} options.onFalse  a key of this user was not signed by them, or cannot be opened
 */
export function createKeyExchange({ seat, keys, frames, onFalse }) {
  const SOON = 50 // ms, in which more may come or go
  const PAUSE = 1_500 // ms between two keys
  const SWITCH = 400 // ms until a new key is used, in which it reaches the others
  const RETRY = 1_000 // ms
  const KEYS = 65_536 // of one session: with its place in the log, each key of the room has a number of its own

  const { room, peer_id } = seat
  let last = 0 // number of a key of mine
  let given = '' // to whom my newest key was given
  let inUse = false
  let renewedAt = -Infinity
  let busy = false
  let closed = false
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let renewal
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let change // to the newest key
  /** @type {Map<string, number>} by session: the newest key of each that was opened */ const opened = new Map()
  let inOrder = Promise.resolve()

  const recipients = () => keyedOf(room.state).filter(({ user_id }) => user_id !== room.user_id)
  /** @param {KeyedSeat[]} seats */
  const sessionsOf = (seats) => seats.map((each) => each.peer_id).sort().join(' ')

  function stop() {
    clearTimeout(renewal)
    clearTimeout(change)
    renewal = undefined
    given = ''
    if (inUse) frames.stop()
    inUse = false
  }

  function observe() {
    const { row } = seat
    if (closed || !row) return
    const all = recipients()
    // Who left meanwhile may have the key, so it is not used when I come to speak again.
    if (!mayComeToSpeak(row) || !all.length) stop()
    else if (sessionsOf(all) !== given && !busy) renewal ??= setTimeout(renew, Math.max(SOON, renewedAt + PAUSE - performance.now()))
  }

  async function renew() {
    renewal = undefined
    const { row } = seat
    const all = recipients()
    if (closed || !row || !all.length) return
    busy = true
    renewedAt = performance.now()
    const kid = (last = Math.max(last + 1, row.seq * KEYS))
    const base = crypto.getRandomValues(new Uint8Array(16))
    try {
      const rows = await Promise.all(all.map((other) => rowFor(other, kid, base)))
      if (closed) return
      const sealed = rows.filter((each) => each !== null)
      if (sealed.length) await seat.giveKeys(sealed)
      if (!closed) use(kid, base, sessionsOf(all))
      busy = false
      observe()
    } catch {
      // Somebody has just left, or the relay does not answer: the inspector shows it.
      busy = false
      if (!closed) renewal ??= setTimeout(renew, RETRY)
    }
  }

  /** @param {KeyedSeat} other @param {number} kid @param {Uint8Array<ArrayBuffer>} base */
  async function rowFor(other, kid, base) {
    const about = { room_id: other.room_id, from_peer: peer_id ?? '', to_peer: other.peer_id, kid }
    try {
      return { from_peer: peer_id, to_peer: other.peer_id, kid, ...(await keys.seal(base, about, other)) }
    } catch {
      return null // their key is no point of the curve: they harm only themselves
    }
  }

  /** @param {number} kid @param {Uint8Array<ArrayBuffer>} base @param {string} sessions */
  function use(kid, base, sessions) {
    given = sessions
    clearTimeout(change)
    if (inUse) change = setTimeout(() => frames.send(kid, base), SWITCH)
    else frames.send(kid, base)
    inUse = true
  }

  /** @param {SenderKey} row */
  async function open(row) {
    const sender = keyedOf(room.state).find((each) => each.peer_id === row.from_peer)
    if (closed || !sender || row.to_peer !== peer_id || row.kid <= (opened.get(row.from_peer) ?? 0)) return
    const base = await keys.open(row, { ...row, room_id: sender.room_id }, sender)
    if (closed) return
    if (!base) return onFalse(sender.user_id)
    opened.set(row.from_peer, row.kid)
    frames.receive(sender.user_id, row.kid, base)
  }

  return {
    /** Seats have changed. */
    observe,
    /** A key for this session. Those of one sender are opened in their order. @param {SenderKey} row */
    receive(row) {
      inOrder = inOrder.then(() => open(row))
    },
    /** The log was lost, and the rows with it: new keys are given. */
    renew() {
      given = ''
      observe()
    },
    close() {
      closed = true
      clearTimeout(renewal)
      clearTimeout(change)
    },
  }
}

/**
 * The sessions that have keys: of people, and only of those whom the page shows. A node, or a listener who is only counted, never gets a key, whatever the
 * database says of it. @param {import('./state.js').RoomState} state @returns {KeyedSeat[]}
 */
export const keyedOf = (state) => /** @type {KeyedSeat[]} */ (present(state).filter((seat) =>
  seat.kind === 'person' && seat.signing_key && seat.agreement_key && (!isCounted(state) || !isQuiet(seat) || seat.user_id === state.own)))

import { NONE } from './encryption_memory.js'
import { isCounted, isQuiet, present } from './state.js'

/**
 * The public keys of the sessions in an encrypted room, as this tab saw them first. A session keeps its keys, so who gets others in the
 * middle of it was not given them by their browser: that session is trusted no more, also if its first keys come back.
 *
 * @typedef {import('./state.js').PresentSeat & import('../media/encryption/session_keys.js').PublicKeys} KeyedSeat
 * @typedef {ReturnType<typeof createKnownKeys>} KnownKeys
 */

/** An uncompressed point of P-256 in base64url. Nothing else may become a line of the safety number's text. */
const POINT = /^B[A-P][\w-]{85}$/
const PEER = /^[\w-]{1,64}$/

/** Whether this session has written its keys. @param {import('./state.js').Seat} seat @returns {seat is KeyedSeat} */
export function hasKeys(seat) {
  const { user_id, peer_id, signing_key, agreement_key } = seat
  return Number.isSafeInteger(user_id) && PEER.test(peer_id ?? '') && POINT.test(signing_key ?? '') && POINT.test(agreement_key ?? '')
}

/**
 * The sessions that have keys: of people, and only of those whom the page shows. A node, or a listener who is only counted, never gets a key, whatever the
 * database says of it. @param {import('./state.js').RoomState} state @returns {KeyedSeat[]}
 */
export const keyedOf = (state) => present(state).filter(hasKeys).filter((seat) =>
  seat.kind === 'person' && (!isCounted(state) || !isQuiet(seat) || seat.user_id === state.own))

/** A session with its keys, as text. @param {KeyedSeat} seat */
export const sessionOf = ({ user_id, peer_id, signing_key, agreement_key }) => `${user_id} ${peer_id} ${signing_key} ${agreement_key}`

/**
 * @param {{ user_id: number, state: import('./state.js').RoomState }} room
 * @param {Pick<import('./encryption_memory.js').EncryptionMemory, 'session'|'noteSession'>} memory
 * @param {(seat: KeyedSeat) => void} onExchanged  another session has other keys than before
 */
export function createKnownKeys(room, memory, onExchanged) {
  /** @type {Map<string, string>} by peer_id; all of them, because what the tab keeps has a bound */ const firsts = new Map()
  /** @type {Set<string>} by peer_id */ const exchanged = new Set()

  /** @param {string} peer_id @param {string} session */
  const note = (peer_id, session) => memory.noteSession(peer_id, session, new Set(present(room.state).map((seat) => seat.peer_id)))

  /** Mine are compared with those that I made. @param {KeyedSeat} seat */
  function isTrusted(seat) {
    const { user_id, peer_id } = seat
    if (user_id === room.user_id) return true
    const session = sessionOf(seat)
    const first = firsts.get(peer_id) ?? memory.session(peer_id)
    if (first === undefined) note(peer_id, session)
    firsts.set(peer_id, first ?? session)
    if ((first ?? session) !== session && !exchanged.has(peer_id)) {
      note(peer_id, NONE)
      exchanged.add(peer_id)
      onExchanged(seat)
    }
    return !exchanged.has(peer_id)
  }

  return {
    /** Whether this session has keys, and always had the same ones. @param {import('./state.js').Seat} seat */
    trusts: (seat) => hasKeys(seat) && isTrusted(seat),
    /** @param {import('./state.js').Seat} seat */
    wereExchanged: ({ peer_id }) => exchanged.has(peer_id ?? ''),
    /** The sessions that get keys, and whose keys are used. */
    keyed: () => keyedOf(room.state).filter(isTrusted),
  }
}

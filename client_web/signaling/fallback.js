/**
 * Which technique a tab uses, and when it goes on to the next. A proxy or a virus scanner may hold back a stream until it ends, or let no
 * WebSocket through; short requests always pass. Pure decisions: technique.js says what was seen.
 *
 * @typedef {'sse'|'websocket'|'longpoll'|'poll'} TechniqueName
 * @typedef {{ works: boolean, silences: number }} Seen  what a subscription showed: an event came at all; how often in a row it became silent
 */

export const FIRST_EVENT_WITHIN = 5_000 // milliseconds

/** @type {readonly TechniqueName[]} */
const ORDER = ['sse', 'websocket', 'longpoll', 'poll']
/** Without a slot (stream_slots.js) no request may stay open: a browser allows six connections to a host. @type {readonly TechniqueName[]} */
const WITHOUT_SLOT = ['websocket', 'poll']
const LAST = 'poll'
const MOST_SILENCES = 2 // a network that was changed silences a stream once
const WORKED_FOR = 60_000 // milliseconds; longer than a stream may be silent, so its comments came

/** @type {Readonly<Seen>} */
export const NOTHING_SEEN = Object.freeze({ works: false, silences: 0 })

/**
 * The technique to use. If every other failed, it is the one that needs least.
 * @param {{ hasSlot: boolean, failed: ReadonlySet<TechniqueName> }} tab @returns {TechniqueName}
 */
export function chooseTechnique({ hasSlot, failed }) {
  return (hasSlot ? ORDER : WITHOUT_SLOT).find((name) => !failed.has(name)) ?? LAST
}

/**
 * @param {Seen} seen
 * @param {'live'|'silent'|'lost'|'refused'} what  silent: nothing came for so long that even the relay's comments are missing; refused: the
 *   relay answered that it cannot serve the stream now; lost: any other end
 * @param {number} [lasted]  milliseconds that it was live
 * @returns {Seen}
 */
export function see(seen, what, lasted = 0) {
  if (what === 'live') return { ...seen, works: true }
  if (what === 'refused') return { works: true, silences: 0 }
  if (what === 'lost') return { ...seen, silences: 0 }
  return { ...seen, silences: lasted > WORKED_FOR ? 1 : seen.silences + 1 }
}

/**
 * Whether the technique itself may be at fault. Then a plain request for the same log decides: if it is answered, network and relay work,
 * and the tab goes on to the next technique.
 * @param {TechniqueName} name @param {Seen} seen
 */
export function isSuspect(name, { works, silences }) {
  return name !== LAST && (!works || silences >= MOST_SILENCES)
}

import { instant } from './clock.js'
import { listenerOf } from './people.js'

/**
 * The raised hands of a counted room beyond those in the snapshot, for moderators: read from the beginning of the queue, as they are then.
 * Who changes the hand afterwards is known by that change.
 *
 * @import { Person } from './people.js'
 * @typedef {import('./listeners.js').Row} Row
 * @typedef {object} ReadHands
 * @property {'idle'|'loading'|'ready'|'failed'} phase
 * @property {readonly Row[]} rows
 */

export const PAGE = 50
export const MOST = 500 // are kept, and in the document

/** The request of the first so many hands. @param {number} limit @returns {import('../signaling/rows.js').Params} */
export const handsRequest = (limit) => ({
  role: 'eq.AUDIENCE',
  hand_raised_at: 'not.is.null',
  select: 'user_id,username,kind,role,hand_raised_at,invited_to_speak_at,join_date,seq',
  order: 'hand_raised_at,user_id',
  limit,
})

const byHand = (/** @type {Person} */ a, /** @type {Person} */ b) => instant(a.hand_raised_at ?? '') - instant(b.hand_raised_at ?? '') || a.user_id - b.user_id

/**
 * Everybody whose hand is up and who is known, in the order of the hands. Those who are not known have their places before the newest.
 * @param {{ people: readonly Person[], hands: number }} room @param {ReadHands} read @returns {Person[]}
 */
export function queueOf({ people, hands }, { rows }) {
  const known = new Set(people.map(({ user_id }) => user_id))
  const queue = [...people.filter(({ hand_raised_at }) => hand_raised_at), ...rows.filter(({ user_id }) => !known.has(user_id)).map(listenerOf)].sort(byHand)
  const unknown = Math.max(0, hands - queue.length)
  const first = unknown ? Math.max(rows.length, PAGE) : queue.length
  return queue.map((person, index) => Object.freeze({ ...person, hand: index + 1 + (index < first ? 0 : unknown) }))
}

/**
 * @param {object} options
 * @param {import('./room_api.js').RoomApi['select']} options.select
 * @param {() => void} options.onChange
 */
export function createHands({ select, onChange }) {
  /** @type {ReadHands} */ let state = Object.freeze({ phase: 'idle', rows: [] })
  /** @type {Set<number>|null} */ let changed = null // whose seat changed while the answer was awaited

  function become(/** @type {ReadHands} */ next) {
    state = Object.freeze(next)
    onChange()
  }

  const without = (/** @type {readonly Row[]} */ rows, /** @type {Set<number>} */ users) => rows.filter(({ user_id }) => !users.has(user_id))

  return {
    /** @returns {ReadHands} */
    get state() {
      return state
    },
    /** Reads the first so many. @param {number} many */
    async read(many) {
      if (state.phase === 'loading') return
      const meanwhile = (changed = new Set())
      become({ ...state, phase: 'loading' })
      try {
        const rows = /** @type {Row[]} */ (await select('roster', handsRequest(Math.min(many, MOST))))
        if (changed === meanwhile) become({ phase: 'ready', rows: without(rows, meanwhile) })
      } catch {
        if (changed === meanwhile) become({ ...state, phase: 'failed' })
      }
    },
    /** This user's seat changed, and is known if the hand is up. @param {number} user_id */
    changed(user_id) {
      changed?.add(user_id)
      if (state.rows.some((row) => row.user_id === user_id)) state = Object.freeze({ ...state, rows: without(state.rows, new Set([user_id])) })
    },
    /** All of them: there is a new snapshot. */
    forget() {
      changed = null
      state = Object.freeze({ phase: 'idle', rows: [] })
    },
  }
}

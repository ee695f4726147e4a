/**
 * Who speaks, in an order that does not change all the time. Pure: the same starts and stops give the same order in every browser.
 *
 * A turn begins when a person starts to speak, and ends after a pause of PAUSE ms.
 *
 * @typedef {{ user_id: number, began_at: number, quiet_at: number|null }} Turn
 * @typedef {{ turns: readonly Turn[], recent: readonly number[] }} Speaking  turns in the order they began; recent speakers, newest first
 */

export const PAUSE = 2_000 // ms

/** @type {Speaking} */
export const NOBODY = Object.freeze({ turns: Object.freeze([]), recent: Object.freeze([]) })

const RECENT = 24

/** A person starts or stops speaking. @param {Speaking} state @param {number} user_id @param {boolean} speaks @param {number} now ms @returns {Speaking} */
export function heard(state, user_id, speaks, now) {
  const turns = state.turns.map((turn) => (turn.user_id === user_id ? { ...turn, quiet_at: speaks ? null : now } : turn))
  if (!speaks || turns.some((turn) => turn.user_id === user_id)) return { ...state, turns }
  const recent = [user_id, ...state.recent.filter((each) => each !== user_id)].slice(0, RECENT)
  return { turns: [...turns, { user_id, began_at: now, quiet_at: null }], recent }
}

/** Removes the turns that have ended. @param {Speaking} state @param {number} now ms @returns {Speaking} the same object if none has ended */
export function settle(state, now) {
  const turns = state.turns.filter(({ quiet_at }) => quiet_at === null || now - quiet_at < PAUSE)
  return turns.length === state.turns.length ? state : { ...state, turns }
}

/** In how many ms the next turn ends by its pause; null when nobody has paused. @param {Speaking} state @param {number} now */
export function nextPause(state, now) {
  const quiet = state.turns.map(({ quiet_at }) => quiet_at).filter((at) => at !== null)
  return quiet.length ? Math.max(0, Math.min(...quiet) + PAUSE - now) : null
}

/**
 * The stage in join order. If it is too big to be seen at once, people at the end who spoke recently are moved to the front, also in join
 * order. Nobody else moves.
 *
 * @template {{ user_id: number }} T
 * @param {readonly T[]} stage  in join order
 * @param {readonly number[]} recent  newest first
 * @returns {readonly T[]} the same array if nothing changes
 */
export function stageOrder(stage, recent, { big = 12, front = 6 } = {}) {
  if (stage.length <= big) return stage
  const back = new Set(stage.slice(big - front).map(({ user_id }) => user_id))
  const forward = new Set(recent.filter((user_id) => back.has(user_id)).slice(0, front))
  if (!forward.size) return stage
  return [...stage.filter(({ user_id }) => forward.has(user_id)), ...stage.filter(({ user_id }) => !forward.has(user_id))]
}

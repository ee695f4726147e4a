import { problemFrom } from '../signaling/problem.js'

/**
 * The names of those who listen in a counted room, whose log does not have them: some pages of them at a time, in the order in which they
 * joined, all or those whose name has a text in it. They are as they were when they were asked for.
 *
 * @typedef {{ user_id: number, username: string, kind: string, role?: string, hand_raised_at?: string|null, invited_to_speak_at?: string|null, join_date: string, seq: number }} Row
 * @typedef {object} Listed
 * @property {string} search     the text in their names; empty: all
 * @property {'idle'|'loading'|'ready'|'failed'} phase
 * @property {readonly Row[]} rows
 * @property {boolean} earlier   whether there are more before them
 * @property {boolean} later     whether there are more after them
 * @property {import('../signaling/problem.js').Problem|null} problem
 */

export const PAGE = 50
export const MOST = 250 // so many are kept, and in the document

/** @type {Listed} */
export const NOTHING_LISTED = Object.freeze({ search: '', phase: 'idle', rows: [], earlier: false, later: false, problem: null })

/** @typedef {'start'|'later'|'earlier'} Direction */

/** The request of a page. @param {Direction} to @param {string} search @param {readonly Row[]} rows  those that are listed @returns {import('../signaling/rows.js').Params} */
export function pageRequest(to, search, rows) {
  const edge = to === 'later' ? rows.at(-1) : to === 'earlier' ? rows[0] : undefined
  const [compares, direction] = to === 'earlier' ? ['lt', '.desc'] : ['gt', '']
  return {
    role: 'eq.AUDIENCE',
    kind: 'in.(person,bot)',
    ...(search ? { username: `ilike.*${search.replace(/[%_\\]/gu, '\\$&').replaceAll('*', '_')}*` } : {}),
    ...(edge ? { seq: `${compares}.${edge.seq}` } : {}),
    select: 'user_id,username,kind,role,hand_raised_at,invited_to_speak_at,join_date,seq',
    order: `seq${direction}`,
    limit: PAGE,
  }
}

/** What is listed after a page has come. @param {Listed} before @param {Direction} to @param {readonly Row[]} page @returns {Listed} */
export function withPage(before, to, page) {
  const full = page.length === PAGE
  const common = { search: before.search, phase: /** @type {const} */ ('ready'), problem: null }
  if (to === 'start') return Object.freeze({ ...common, rows: page, earlier: false, later: full })
  const known = new Set(before.rows.map(({ user_id }) => user_id)) // who joined again is on a later page, too
  const fresh = page.filter(({ user_id }) => !known.has(user_id))
  const all = to === 'later' ? [...before.rows, ...fresh] : [...fresh.reverse(), ...before.rows]
  const cut = all.length > MOST
  return Object.freeze(to === 'later'
    ? { ...common, rows: all.slice(-MOST), earlier: before.earlier || cut, later: full }
    : { ...common, rows: all.slice(0, MOST), earlier: full, later: before.later || cut })
}

/**
 * @param {object} options
 * @param {import('./room_api.js').RoomApi['select']} options.select
 * @param {() => readonly Row[]} options.first  the first page, as the last snapshot had it; may be empty
 * @param {() => void} options.onChange
 */
export function createListeners({ select, first, onChange }) {
  let state = NOTHING_LISTED
  let asked = 0
  let again = async () => {}

  function become(/** @type {Listed} */ next) {
    state = next
    onChange()
  }

  /** @param {Direction} to @param {string} [search] */
  async function ask(to, search = state.search) {
    const ticket = (asked += 1)
    again = () => ask(to, search)
    become(Object.freeze({ ...state, search, phase: 'loading', problem: null }))
    try {
      const page = /** @type {Row[]} */ (await select('roster', pageRequest(to, search, state.rows)))
      if (ticket === asked) become(withPage(state, to, page))
    } catch (error) {
      // Those who are listed are not what was searched for.
      if (ticket === asked) become(Object.freeze({ ...state, ...(to === 'start' ? { rows: [], earlier: false, later: false } : {}), phase: 'failed', problem: problemFrom(error) }))
    }
  }

  return {
    /** @returns {Listed} */
    get state() {
      return state
    },
    /** The first page of those whose name has this text in it; of all without one. @param {string} text */
    find(text) {
      const search = text.trim()
      if (state.phase === 'idle' && !search) state = withPage(NOTHING_LISTED, 'start', first())
      return ask('start', search)
    },
    later: () => (state.phase === 'ready' && state.later ? ask('later') : Promise.resolve()),
    earlier: () => (state.phase === 'ready' && state.earlier ? ask('earlier') : Promise.resolve()),
    /** The listed names as they are now. If they cannot be read, those that are listed stay until the next time. */
    async refresh() {
      if (state.phase !== 'ready') return
      const ticket = (asked += 1)
      const limit = Math.min(MOST, Math.max(PAGE, state.rows.length))
      /** @type {import('../signaling/rows.js').Params} */ const params = { ...pageRequest('start', state.search, []), limit }
      if (state.earlier && state.rows.length) params.seq = `gte.${state.rows[0].seq}`
      const rows = /** @type {Row[]|null} */ (await select('roster', params).catch(() => null))
      if (rows && ticket === asked) become(Object.freeze({ ...state, rows, later: rows.length === limit }))
    },
    /** After a failure. */
    again: () => again(),
    /** They are not here any more. @param {number} user_id */
    forget(user_id) {
      if (state.rows.some((row) => row.user_id === user_id)) become(Object.freeze({ ...state, rows: state.rows.filter((row) => row.user_id !== user_id) }))
    },
  }
}

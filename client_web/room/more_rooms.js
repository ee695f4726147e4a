import { isNewer } from '../signaling/cursor.js'
import { problemFrom } from '../signaling/problem.js'

/** @import { Json } from '../signaling/json.js' */

/**
 * The rooms beyond my window of the hallway: the stream carries the busiest ones, those of my clubs and my own. The others are read in
 * pages, and found by a search, which finds clubs and people, too. If the window has all rooms, no pages are read.
 *
 * @import { Hallway, HallwayRow } from './hallway.js'
 * @typedef {{ id: number, name: string, about: string|null, followed: boolean }} Found  a club or a person
 * @typedef {{ phase: 'idle'|'loading'|'ready'|'failed', problem: import('../signaling/problem.js').Problem|null, rooms: ReadonlySet<number>, clubs: readonly Found[], people: readonly Found[] }} RoomSearch  idle: nothing is searched for; rooms: ids
 * @typedef {{ rows: ReadonlyMap<number, HallwayRow>, count: number, pages: boolean, search: RoomSearch, looked: HallwayRow|null, looked_for: number|null }} MoreRooms
 *     rows: those that were read; count: how many more there are; pages: whether they can be read in pages, or only be found; looked: the room whose link was opened; looked_for: its id, when there was an answer
 */

/** A window with fewer rooms has all of them: see BUSIEST and SOONEST of the relay. */
export const FULL_FROM = 20
const PAGE = 50
const MOST = 400 // so many are read in pages: each request names those that are known, and an address has a limit
const COUNT_EVERY = 30_000 // ms
const SEARCH_AFTER = 250 // ms without another letter
/** @type {RoomSearch} */ export const NO_SEARCH = Object.freeze({ phase: 'idle', problem: null, rooms: new Set(), clubs: [], people: [] })
const MOST_FOUND = 20 // of each kind
const BUSIEST_FIRST = 'scheduled,here.desc,id'
/** Not the rooms in which nobody is: these are only found. */
const LIVELY = { or: '(here.gt.0,scheduled.is.true)' }

/**
 * @param {{ rows: ReturnType<typeof import('../signaling/rows.js').createRows>, window: () => Hallway, onChange: () => void }} parts
 */
export function createMoreRooms({ rows, window: hallway, onChange }) {
  /** @type {ReadonlyMap<number, HallwayRow>} */ let paged = new Map()
  /** @type {ReadonlyMap<number, HallwayRow>} */ let found = new Map()
  /** @type {ReadonlyMap<number, HallwayRow>} */ let met = new Map() // rooms with people whom I follow
  /** @type {HallwayRow|null} */ let looked = null
  /** @type {number|null} */ let looked_for = null
  let count = 0
  let counted_at = -Infinity
  let wanted = ''
  let seeing = '' // the ids of `met`
  let searched = NO_SEARCH
  /** @type {ReturnType<typeof setTimeout>|undefined} */ let timer

  const listed = () => [...hallway().values()].filter((row) => !row.ended_at && !row.hidden).map(({ id }) => id)
  const isListed = (/** @type {number} */ id) => {
    const row = hallway().get(id)
    return row !== undefined && !row.ended_at && !row.hidden
  }
  const isFull = () => listed().length >= FULL_FROM
  /** @param {number[]} ids */
  const except = (ids) => ({ ...LIVELY, id: `not.in.(${ids.join(',')})` })

  /** The ids first: that way the people of the other rooms are not read. @param {import('../signaling/rows.js').Params} filters */
  async function read(filters) {
    const ids = (await rows.select('hallway', { ...filters, select: 'id', order: BUSIEST_FIRST, limit: PAGE })).map(({ id }) => id)
    return rowsOf(ids)
  }

  /** How many there are besides the window and these. @param {Iterable<number>} read */
  const countBeyond = (read) => rows.count('hallway', except([...listed(), ...read]))

  async function countAgain() {
    counted_at = Date.now()
    count = await countBeyond(paged.keys())
    onChange()
  }

  async function search() {
    const text = wanted
    const become = (/** @type {Partial<RoomSearch>} */ next) => {
      searched = Object.freeze({ ...searched, ...next })
      onChange()
    }
    become({ phase: 'loading', problem: null })
    try {
      /** @type {(Found & { kind: string })[]} */ const all = /** @type {Json} */ (await rows.select('rpc/search', { query: text, most: MOST_FOUND }))
      const of = (/** @type {string} */ kind) => all.filter((one) => one.kind === kind)
      const ids = of('room').map(({ id }) => id)
      const rest = await rowsOf(ids.filter((id) => !isListed(id)))
      if (text !== wanted) return
      found = rest
      become({ phase: 'ready', rooms: new Set(ids), clubs: of('club'), people: of('person') })
    } catch (error) {
      if (text === wanted) become({ phase: 'failed', problem: problemFrom(error) })
    }
  }

  /** @param {readonly number[]} ids @returns {Promise<ReadonlyMap<number, HallwayRow>>} */
  async function rowsOf(ids) {
    const all = ids.length ? await rows.select('hallway', { id: `in.(${ids.join(',')})` }) : []
    return new Map(all.map((row) => [row.id, /** @type {HallwayRow} */ (Object.freeze(row))]))
  }

  return {
    /** @returns {MoreRooms} */
    get state() {
      return { rows: new Map([...paged, ...met, ...found]), count, pages: paged.size < MOST, search: searched, looked, looked_for }
    },

    /** The window changed: counts what is beyond it, now and then. */
    windowChanged() {
      if (looked && isListed(looked.id)) looked = looked_for = null
      if (!isFull()) {
        if (count > 0 || paged.size > 0) forgetAll()
      } else if (Date.now() - counted_at >= COUNT_EVERY && !document.hidden) countAgain().catch(() => {})
    },

    /** Reads the next page. @returns {Promise<readonly number[]>} the ids of its rooms */
    async next() {
      const page = await read(except([...listed(), ...paged.keys()]))
      const all = new Map([...paged, ...page])
      count = await countBeyond(all.keys())
      counted_at = Date.now()
      paged = all
      onChange()
      return [...page.keys()]
    },

    /** Looks for rooms, clubs and people. @param {string} text  '' ends the search */
    find(text) {
      clearTimeout(timer)
      wanted = text
      searched = wanted ? Object.freeze({ ...searched, phase: 'loading', problem: null }) : NO_SEARCH
      if (wanted) timer = setTimeout(search, SEARCH_AFTER)
      else found = new Map()
      onChange()
    },

    /** After a search failed. */
    findAgain: search,

    /** Reads the rooms beyond the window in which people are whom I follow; the others are forgotten. @param {ReadonlySet<number>} ids */
    see(ids) {
      const wanted_ids = [...ids].filter((id) => !isListed(id)).sort((a, b) => a - b)
      if (wanted_ids.join() === seeing) return
      seeing = wanted_ids.join()
      const asked = seeing
      rowsOf(wanted_ids.slice(0, PAGE)).then((all) => {
        if (asked !== seeing) return
        met = all
        onChange()
      }).catch(() => { if (asked === seeing) seeing = '?' }) // read again with the next change
    },

    /**
     * Reads the room of a link that is not in the window.
     * @param {number} id @returns {Promise<import('../signaling/problem.js').Problem|null>}  why there is no answer yet: whether there is such a room stays unknown
     */
    async look(id) {
      looked = looked_for = null
      /** @type {import('../signaling/rows.js').Row|undefined} */ let row
      try {
        [row] = await rows.select('hallway', { id: `eq.${id}` })
      } catch (error) {
        const problem = problemFrom(error)
        if (problem.temporary) return problem
      }
      // What my window has is not kept here: it would be old when the room ends.
      looked = isListed(id) ? null : /** @type {HallwayRow|undefined} */ (row) ?? null
      looked_for = isListed(id) ? null : id
      onChange()
      return null
    },

    /** Another user may see others. */
    forget() {
      looked = looked_for = null
      forgetAll()
    },
  }

  function forgetAll() {
    paged = found = met = new Map()
    seeing = ''
    searched = NO_SEARCH
    wanted = ''
    clearTimeout(timer)
    count = 0
    counted_at = -Infinity
    onChange()
  }
}

/** The window, and the rooms beyond it that were read. @param {Hallway} hallway @param {ReadonlyMap<number, HallwayRow>} more @returns {Hallway} */
export function withMore(hallway, more) {
  if (more.size === 0) return hallway
  const all = new Map(hallway)
  for (const [id, row] of more) {
    const known = hallway.get(id)
    if (!known || (known.hidden && !isNewer(known.cursor, row.cursor))) all.set(id, row)
  }
  return all
}

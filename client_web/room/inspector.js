import { createClock, instant, now } from './clock.js'

/** @import { Json } from '../signaling/json.js' */

/**
 * What the inspector shows: the rows written and the events received, with their times. It only observes. The list is bounded: the
 * oldest entries are dropped.
 *
 * @typedef {{ id: number, at: number, problem?: Error|null, user_id?: number|null }} Common  `at` in ms since the epoch
 * @typedef {Common & { kind: 'write', method: string, table: string, rows: import('../signaling/rows.js').Row[], status: number|null,
 *            ms: number|null, seen_ms: number|null, problem: Error|null }} WriteEntry
 * @typedef {Common & { kind: 'event', table: string, type: string, seq: number, reason: string|null, record: Json, old_record: Json,
 *            user_id: number|null, username: string|null, notify_ms: number|null, stream_ms: number|null, seen_ms: number }} EventEntry
 * @typedef {Common & { kind: 'stream', state: string, reason: string|null }} StreamEntry
 * @typedef {{ code: 'signal_refused', signal: string, problem: Problem } | { code: 'signal_of_old_session', signal: string }
 *   | { code: 'connection_problem', problem: import('./connection_problems.js').Cause } | { code: 'not_decrypted', fault: Undecrypted }} Note
 * @typedef {'false_key'|'other_keys'|'false'|'repeated'} Undecrypted  why somebody's encrypted voice is not heard: not their key, a session with other keys than before, not encrypted by them, or played again
 * @typedef {Common & { kind: 'note', note: Note, user_id: number|null }} NoteEntry
 * @typedef {import('../signaling/problem.js').Problem} Problem
 * @typedef {WriteEntry|EventEntry|StreamEntry|NoteEntry} Entry
 * @typedef {{ user_id: number, username: string, peer_id: string|null }} About  whose seat
 * @typedef {{ user_id: number, username: string, peer_id: string|null, mine: boolean, offered_at: number|null, answered_at: number|null,
 *             connected_at: number|null, answer_ms: number|null, connect_ms: number|null, total_ms: number|null, candidates_sent: number,
 *             candidates_received: number, restarts: number, path: {local: string, remote: string}|null, state: string }} Trace
 */

const KEPT = 200
const TRACES_KEPT = 100

/** A column for a time. The database sets it and ignores the time that was sent, so only whether it is null is compared. */
const isDated = (/** @type {string} */ column) => column.endsWith('_at')

/** @param {{ onChange: () => void }} options */
export function createInspector({ onChange }) {
  /** @type {readonly Entry[]} */ let entries = []
  /** @type {ReadonlyMap<string|null, Trace>} */ let traces = new Map()
  const clock = createClock()
  let last = 0

  /** @param {Omit<WriteEntry, 'id'>|Omit<EventEntry, 'id'>|Omit<StreamEntry, 'id'>|Omit<NoteEntry, 'id'>} entry */
  function add(entry) {
    const id = (last += 1)
    entries = [...entries, /** @type {Entry} */ (Object.freeze({ id, ...entry }))].slice(-KEPT)
    onChange()
    return id
  }

  /** @param {number} id @param {Partial<WriteEntry>} change */
  function amend(id, change) {
    entries = entries.map((entry) => (entry.id === id ? /** @type {Entry} */ (Object.freeze({ ...entry, ...change })) : entry))
    onChange()
  }

  /** @param {About} seat @param {(before: Trace) => Partial<Trace>} change */
  function trace(seat, change) {
    const { user_id, username, peer_id } = seat
    /** @type {Omit<Trace, 'answer_ms'|'connect_ms'|'total_ms'>} */ const unseen = {
      ...{ user_id, username, peer_id, mine: false, state: 'waiting', path: null, restarts: 0 },
      ...{ offered_at: null, answered_at: null, connected_at: null, candidates_sent: 0, candidates_received: 0 },
    }
    /** @type {Trace} */ const before = traces.get(peer_id) ?? { ...unseen, answer_ms: null, connect_ms: null, total_ms: null }
    const after = { ...before, ...change(before) }
    /** @param {number|null} a @param {number|null} b */
    const between = (a, b) => (a !== null && b !== null ? b - a : null)
    after.answer_ms = between(after.offered_at, after.answered_at)
    after.connect_ms = between(after.answered_at, after.connected_at)
    after.total_ms = between(after.offered_at, after.connected_at)
    const next = new Map(traces).set(peer_id, Object.freeze(after))
    if (next.size > TRACES_KEPT) next.delete(next.keys().next().value ?? null)
    traces = next
    onChange()
  }

  /** The change of a trace by a signal. The first offer and its answer are timed, later ones are not. @param {string} kind @param {Json} body @param {boolean} mine */
  function changeBySignal(kind, body, mine) {
    const count = [body].flat().length
    return (/** @type {Trace} */ before) => {
      if (kind === 'offer') return before.offered_at === null ? { offered_at: now(), mine } : {}
      if (kind === 'answer') return before.answered_at === null ? { answered_at: now() } : {}
      if (kind !== 'candidate') return {}
      return mine ? { candidates_sent: before.candidates_sent + count } : { candidates_received: before.candidates_received + count }
    }
  }

  /** Finds my write that an event belongs to, and measures the time from sending it until the event arrived, by one clock. @param {string} table @param {Json} record @param {number} at */
  function recognise(table, record, at) {
    /** @param {Entry} entry @returns {entry is WriteEntry} */
    const echoes = (entry) =>
      entry.kind === 'write' && entry.table === table && entry.seen_ms === null && !entry.problem && entry.rows.length === 1 &&
      Object.entries(entry.rows[0]).every(([name, value]) => record[name] === value || (isDated(name) && record[name] !== null && value !== null))
    const write = entries.find(echoes)
    if (write) amend(write.id, { seen_ms: at - write.at })
  }

  return {
    get entries() {
      return entries
    },
    get traces() {
      return [...traces.values()]
    },
    get skew() {
      return clock.skew
    },

    /** Called by rows.js for each write. @type {(write: import('../signaling/rows.js').Write) => import('../signaling/rows.js').Watched} */
    watch({ method, table, rows }) {
      const at = now()
      const id = add({ kind: 'write', at, method, table, rows, status: null, ms: null, seen_ms: null, problem: null })
      return {
        answered(status, problem, stored) {
          const ms = now() - at
          amend(id, { status, ms, problem })
          // The server sets this time while it handles the request.
          if (method === 'UPSERT' && stored?.[0]?.join_date) clock.compare(instant(stored[0].join_date), at, at + ms)
        },
      }
    },

    /** Also for my seat in a snapshot. */
    recognise,

    /** @param {import('../signaling/subscription.js').Frame} frame an event of the log @param {{user_id: number, username: string}|null} seat whom it is about */
    event({ data, seen_at }, seat) {
      const committed = instant(data.commit_timestamp)
      const received = data.heard_at ? instant(data.heard_at) : null
      add({
        ...{ kind: 'event', at: seen_at, table: data.table, type: data.type, seq: data.seq, reason: data.reason ?? null },
        ...{ record: data.record, old_record: data.old_record, user_id: seat?.user_id ?? null, username: seat?.username ?? null },
        notify_ms: received === null ? null : received - committed,
        stream_ms: received === null ? null : seen_at - (received - clock.skew),
        seen_ms: seen_at - (committed - clock.skew),
      })
      if (data.record) recognise(data.table, data.record, seen_at)
    },

    /** @param {string} state @param {string|null} reason */
    stream: (state, reason) => add({ kind: 'stream', at: now(), state, reason }),

    /** @param {Note} note @param {number|null} [user_id]  whom it is about */
    note: (note, user_id = null) => add({ kind: 'note', at: now(), note, user_id }),

    /** @param {About} seat @param {string} kind @param {Json} body */
    sent: (seat, kind, body) => trace(seat, changeBySignal(kind, body, true)),
    /** @param {About} seat @param {string} kind @param {Json} body */
    received: (seat, kind, body) => trace(seat, changeBySignal(kind, body, false)),

    /** @param {About} seat @param {Partial<Pick<Trace, 'state'|'path'|'restarts'>>} change */
    connection: (seat, change) =>
      trace(seat, (before) => ({
        ...change,
        connected_at: before.connected_at ?? (change.state === 'connected' ? now() : null),
      })),
  }
}

import { sentence, together } from '../elements/words.js'
import { connectionProblemInWords } from '../room/connection_words.js'

/** @import { Json } from '../../signaling/json.js' */

/**
 * The inspector's texts. Pure: an entry in, text out.
 *
 * @import { Entry, EventEntry, WriteEntry } from '../../room/inspector.js'
 * @typedef {{ user_id?: number|null, peer_id?: string|null, username?: string }} Who  username: as the row has it
 */

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 })

export const timeOfDay = (/** @type {number} */ at) => clock.format(at)

/** "1.4 kB": the size of a row as JSON, as it is sent. @param {unknown} value */
function weight(value) {
  const bytes = new TextEncoder().encode(JSON.stringify(value ?? null)).length
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`
}

/**
 * A row in words.
 * @param {Entry} entry  a `write` or `event` of the inspector
 * @param {(who: Who) => string} nameOf
 */
export function summaryOf(entry, nameOf) {
  if (entry.kind === 'stream') return entry.reason ? `${entry.state}: ${entry.reason}` : entry.state
  if (entry.kind === 'note') return noteInWords(entry.note)
  return entry.kind === 'write' ? writeSummary(entry, nameOf) : eventSummary(entry, nameOf)
}

/** @type {Record<import('../../room/inspector.js').Undecrypted, string>} */
const UNDECRYPTED = {
  false_key: 'A row of sender_keys was dropped: it is not signed by this session, or not for mine.',
  other_keys: 'This session has other keys than before, which its browser cannot have written. It gets no key of mine, and is not connected.',
  false: 'Frames were dropped: they are not encrypted with the key that this session gave me, or were changed.',
  repeated: 'Frames were dropped: they came before.',
}

/** @param {import('../../room/inspector.js').Note} note */
function noteInWords(note) {
  switch (note.code) {
    case 'signal_refused': return `Your ${note.signal} was refused: ${sentence(note.problem.message)}`
    case 'signal_of_old_session': return `A signal (${note.signal}) came from a session that has ended.`
    case 'not_decrypted': return UNDECRYPTED[note.fault]
    case 'connection_problem': return problemForEngineers(note.problem)
  }
}

/** @param {import('../../room/connection_problems.js').Cause} problem */
function problemForEngineers(problem) {
  switch (problem.cause) {
    case 'turn_refused': return `The TURN server refused our credentials (${problem.url}).`
    case 'turn_failed': return `The TURN server answered with error ${problem.code} (${problem.url}).`
    case 'no_relay_candidate': return 'No TURN server could be reached, and only relay candidates are used here.'
    case 'node_lost': return `The connection with the node ${problem.username ?? ''} is lost.`.replace('  ', ' ')
    case 'no_node': return `The room needs a node (${problem.topology.toUpperCase()}), and none is running.`
    default: return connectionProblemInWords(problem)
  }
}

/** @param {WriteEntry} entry @param {(who: Who) => string} nameOf @returns {string} */
function writeSummary({ table, rows, method }, nameOf) {
  const row = rows[0] ?? {}
  if (table === 'signals') return rows.length > 1 ? signalsSummary(rows, nameOf) : `${signal(row)} to ${nameOf({ peer_id: row.to_peer })}`
  if (table === 'participants' && method === 'DELETE') return 'you leave your seat'
  if (table === 'participants' && 'hand_raised_at' in row) return row.hand_raised_at ? 'you raise your hand' : 'you lower your hand'
  if (table === 'participants' && row.role && row.muted === false) return `you become ${row.role}, microphone on`
  if (table === 'participants' && row.invited_to_speak_at === null) return 'you decline an invitation to speak'
  if (table === 'participants' && row.asked_to_unmute_at === null) return 'you stay muted'
  if (table === 'participants' && 'muted' in row) return row.muted ? 'microphone off' : 'microphone on'
  if (table === 'participants' && 'role' in row && method === 'UPDATE') return `you become ${row.role}`
  if (table === 'participants' && row.signing_key) return 'your public keys'
  if (table === 'participants') return 'you take a seat'
  if (table === 'sender_keys') return `key ${row.kid} of your audio to ${together(new Set(rows.map((each) => nameOf({ peer_id: each.to_peer }))))}`
  if (table === 'messages' && row.body) return quoted(row.body)
  if (table === 'captions' && row.text) return quoted(row.text)
  if (table === 'reactions') return row.emoji
  if (table === 'recordings') return 'you start a recording'
  if (row.name) return row.name
  return Object.entries(row).filter(([, value]) => typeof value !== 'object').map(([name, value]) => `${name} ${value}`).join(' · ')
}

/** Signals that are sent in one POST, to one or more peers: "offers to amara and lior, candidates to maya · 4.1 kB". @param {Json[]} rows @param {(who: Who) => string} nameOf */
function signalsSummary(rows, nameOf) {
  const parts = [...new Set(rows.map(({ kind }) => kind))].map((kind) => {
    const names = new Set(rows.filter((row) => row.kind === kind).map((row) => nameOf({ peer_id: row.to_peer })))
    return `${kind}${names.size > 1 || kind === 'candidate' ? 's' : ''} to ${together(names)}`
  })
  return `${parts.join(', ')} · ${weight(rows.map(({ body }) => body))}`
}

/** @param {EventEntry} entry @param {(who: Who) => string} nameOf @returns {string} */
function eventSummary({ table, type, record, old_record, reason }, nameOf) {
  const row = record ?? old_record ?? {}
  if (table === 'signals') {
    return `${signal(row)} from ${nameOf({ user_id: row.from_user, peer_id: row.from_peer })} to ${nameOf({ user_id: row.to_user, peer_id: row.to_peer })}`
  }
  if (table === 'participants') {
    const who = nameOf(row)
    if (type === 'INSERT') return `${who} takes a seat · ${row.role}`
    if (type === 'DELETE') return `${who} leaves${reason ? ` · ${reason}` : ''}`
    const named = (/** @type {Json} */ seat) => (seat?.edge ? { ...seat, edge: nameOf({ peer_id: seat.edge }) } : seat)
    return `${who} · ${changes(named(record), named(old_record)).join(' · ') || 'unchanged'}`
  }
  if (table === 'sender_keys') return `key ${row.kid} of the audio of ${nameOf({ user_id: row.from_user, peer_id: row.from_peer })}`
  if (table === 'messages') return `${nameOf(row)} ${type === 'DELETE' ? 'deletes a message' : `writes ${quoted(row.body)}`}`
  if (table === 'captions') return `${nameOf(row)} ${type === 'DELETE' ? 'has no caption any more' : `says ${quoted(row.text)}`}`
  if (table === 'reactions') return `${nameOf(row)} ${row.emoji}`
  if (table === 'speakers') return row.users.length ? `${together(new Set(row.users.map((/** @type {number} */ user_id) => nameOf({ user_id }))))} speak${row.users.length > 1 ? '' : 's'}` : 'nobody speaks'
  if (table === 'recordings') return `${row.username} · ${row.status}`
  if (table === 'rooms') return changes(record, old_record).join(' · ') || row.name || ''
  return ''
}

const quoted = (/** @type {string} */ body) => `“${body.length > 60 ? `${body.slice(0, 60)}…` : body}”`

function signal(/** @type {Json} */ { kind, body }) {
  if (kind !== 'candidate') return `${kind} · ${weight(body)}`
  const count = Array.isArray(body) ? body.length : 1
  return `${count} candidate${count === 1 ? '' : 's'} · ${weight(body)}`
}

const NOT_SHOWN = new Set(['join_date', 'seq', 'expires_at', 'served_by'])

/** ["muted true → false"]: what an UPDATE changed. Long values, such as a peer_id, are cut. @param {Json} record @param {Json} old_record @returns {string[]} */
export function changes(record, old_record) {
  if (!record || !old_record) return []
  const short = (/** @type {unknown} */ value) => (value === null ? 'null' : String(value).length > 14 ? `${String(value).slice(0, 8)}…` : String(value))
  return Object.keys(record)
    .filter((name) => !NOT_SHOWN.has(name) && JSON.stringify(record[name]) !== JSON.stringify(old_record[name]) && name in old_record)
    .map((name) => `${name} ${short(old_record[name])} → ${short(record[name])}`)
}

/** Whether an entry concerns a person's seat. @param {Entry} entry @param {{ user_id: number, peer_id: string|null }} person */
export function involves(entry, person) {
  if (entry.user_id === person.user_id) return true
  const rows = entry.kind === 'write' ? entry.rows : entry.kind === 'event' ? [entry.record, entry.old_record] : []
  return rows.some((row) => row && (row.user_id === person.user_id || row.from_user === person.user_id || row.to_peer === person.peer_id || row.from_peer === person.peer_id))
}

/** A statement that shows the same in psql. @param {number} room_id @param {{ username: string }|null} person */
export function inPsql(room_id, person) {
  if (!person) return `select * from roster where room_id = ${room_id};`
  const name = person.username.replaceAll("'", "''")
  return `select * from signal_trace where room_id = ${room_id} and '${name}' in (from_user, to_user);`
}

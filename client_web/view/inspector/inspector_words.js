import { inOrder, sentence, together } from '../elements/words.js'
import { dates } from '../elements/when.js'
import { connectionProblemInWords } from '../room/connection_words.js'
import { inWords, isolated, locale, number, refusalInWords } from '../../words/language.js'

/** @import { Json } from '../../signaling/json.js' */

/**
 * The inspector's texts. Pure: an entry in, text out.
 *
 * @import { Entry, EventEntry, WriteEntry } from '../../room/inspector.js'
 * @typedef {{ user_id?: number|null, peer_id?: string|null, username?: string }} Who  username: as the row has it
 */

const clock = new Intl.DateTimeFormat(dates, { hourCycle: 'h23', hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 })

export const timeOfDay = (/** @type {number} */ at) => clock.format(at)

const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** "1.4 kB": the size of a row as JSON, as it is sent. @param {unknown} value */
function weight(value) {
  const bytes = new TextEncoder().encode(JSON.stringify(value ?? null)).length
  return bytes < 1000 ? `${number.format(bytes)} B` : `${tenths.format(bytes / 1000)} kB`
}

/**
 * A row in words.
 * @param {Entry} entry  a `write` or `event` of the inspector
 * @param {(who: Who) => string} nameOf
 */
export function summaryOf(entry, nameOf) {
  if (entry.kind === 'stream') return streamInWords(entry)
  if (entry.kind === 'note') return noteInWords(entry.note)
  return entry.kind === 'write' ? writeSummary(entry, nameOf) : eventSummary(entry, nameOf)
}

/** @type {Record<string, string>} */
const STREAM_STATES = { connecting: inWords('connecting'), live: inWords('live'), reconnecting: inWords('reconnecting'), ended: inWords('ended') }

/** The state of the stream; the reason is the relay's own word. @param {import('../../room/inspector.js').StreamEntry} entry */
function streamInWords({ state, reason }) {
  const shown = STREAM_STATES[state] ?? state
  return reason ? inWords('{state}: {reason}', { state: shown, reason }) : shown
}

/** @type {Record<import('../../room/inspector.js').Undecrypted, string>} */
const UNDECRYPTED = {
  false_key: inWords('A row of sender_keys was dropped: it is not signed by this session, or not for mine.'),
  other_keys: inWords('This session has other keys than before, which its browser cannot have written. It gets no key of mine, and is not connected.'),
  false: inWords('Frames were dropped: they are not encrypted with the key that this session gave me, or were changed.'),
  repeated: inWords('Frames were dropped: they came before.'),
}

/** @param {import('../../room/inspector.js').Note} note */
function noteInWords(note) {
  switch (note.code) {
    case 'signal_refused': return inWords('Your {signal} was refused: {why}', { signal: note.signal, why: refusalInWords(note.problem) ?? sentence(note.problem.message) })
    case 'signal_of_old_session': return inWords('A signal ({signal}) came from a session that has ended.', { signal: note.signal })
    case 'not_decrypted': return UNDECRYPTED[note.fault]
    case 'connection_problem': return problemForEngineers(note.problem)
  }
}

/** @param {import('../../room/connection_problems.js').Cause} problem */
function problemForEngineers(problem) {
  switch (problem.cause) {
    case 'turn_refused': return inWords('The TURN server refused our credentials ({url}).', { url: problem.url })
    case 'turn_failed': return inWords('The TURN server answered with error {code} ({url}).', { code: String(problem.code), url: problem.url })
    case 'no_relay_candidate': return inWords('No TURN server could be reached, and only relay candidates are used here.')
    case 'node_lost': return problem.username ? inWords('The connection with the node {username} is lost.', { username: problem.username }) : inWords('The connection with the node is lost.')
    case 'no_node': return inWords('The room needs a node ({topology}), and none is running.', { topology: problem.topology.toUpperCase() })
    default: return connectionProblemInWords(problem)
  }
}

/** @param {WriteEntry} entry @param {(who: Who) => string} nameOf @returns {string} */
function writeSummary({ table, rows, method }, nameOf) {
  const row = rows[0] ?? {}
  if (table === 'signals') return rows.length > 1 ? signalsSummary(rows, nameOf) : inWords('{signal} to {name}', { signal: signal(row), name: nameOf({ peer_id: row.to_peer }) })
  if (table === 'participants' && method === 'DELETE') return inWords('you leave your seat')
  if (table === 'participants' && 'hand_raised_at' in row) return row.hand_raised_at ? inWords('you raise your hand') : inWords('you lower your hand')
  if (table === 'participants' && row.role && row.muted === false) return inWords('you become {role}, microphone on', { role: row.role })
  if (table === 'participants' && row.invited_to_speak_at === null) return inWords('you decline an invitation to speak')
  if (table === 'participants' && row.asked_to_unmute_at === null) return inWords('you stay muted')
  if (table === 'participants' && 'muted' in row) return row.muted ? inWords('microphone off') : inWords('microphone on')
  if (table === 'participants' && 'role' in row && method === 'UPDATE') return inWords('you become {role}', { role: row.role })
  if (table === 'participants' && row.signing_key) return inWords('your public keys')
  if (table === 'participants') return inWords('you take a seat')
  if (table === 'sender_keys') return inWords('key {kid} of your audio to {names}', { kid: String(row.kid), names: together(new Set(rows.map((each) => nameOf({ peer_id: each.to_peer })))) })
  if (table === 'messages' && row.body) return quoted(row.body)
  if (table === 'captions' && row.text) return quoted(row.text)
  if (table === 'reactions') return row.emoji
  if (table === 'recordings') return inWords('you start a recording')
  if (row.name) return isolated(row.name)
  return Object.entries(row).filter(([, value]) => typeof value !== 'object').map(([name, value]) => isolated(`${name} ${value}`)).join(' · ')
}

/** Signals that are sent in one POST, to one or more peers: "offers to amara and lior, candidates to maya · 4.1 kB". @param {Json[]} rows @param {(who: Who) => string} nameOf */
function signalsSummary(rows, nameOf) {
  const parts = [...new Set(rows.map(({ kind }) => kind))].map((kind) => {
    const names = new Set(rows.filter((row) => row.kind === kind).map((row) => nameOf({ peer_id: row.to_peer })))
    const count = kind === 'candidate' ? 2 : names.size // one row has several candidates
    return inWords('{count, plural, one {{kind}} other {{kind}s}} to {names}', { count, kind, names: together(names) })
  })
  return inWords('{signals} · {weight}', { signals: inOrder(parts), weight: weight(rows.map(({ body }) => body)) })
}

/** @param {EventEntry} entry @param {(who: Who) => string} nameOf @returns {string} */
function eventSummary({ table, type, record, old_record, reason }, nameOf) {
  const row = record ?? old_record ?? {}
  if (table === 'signals') {
    return inWords('{signal} from {from} to {to}', { signal: signal(row), from: nameOf({ user_id: row.from_user, peer_id: row.from_peer }), to: nameOf({ user_id: row.to_user, peer_id: row.to_peer }) })
  }
  if (table === 'participants') {
    const who = nameOf(row)
    if (type === 'INSERT') return inWords('{who} takes a seat · {role}', { who, role: row.role })
    if (type === 'DELETE') return reason ? inWords('{who} leaves · {reason}', { who, reason }) : inWords('{who} leaves', { who })
    if (record?.signing_key && !old_record?.signing_key) return inWords('{who} · {what}', { who, what: inWords('public keys') })
    const named = (/** @type {Json} */ seat) => (seat?.edge ? { ...seat, edge: nameOf({ peer_id: seat.edge }) } : seat)
    return inWords('{who} · {what}', { who, what: changed(named(record), named(old_record)) || inWords('unchanged') })
  }
  if (table === 'sender_keys') return inWords('key {kid} of the audio of {who}', { kid: String(row.kid), who: nameOf({ user_id: row.from_user, peer_id: row.from_peer }) })
  if (table === 'messages') return type === 'DELETE' ? inWords('{who} deletes a message', { who: nameOf(row) }) : inWords('{who} writes “{text}”', { who: nameOf(row), text: cut(row.body) })
  if (table === 'captions') return type === 'DELETE' ? inWords('{who} has no caption any more', { who: nameOf(row) }) : inWords('{who} says “{text}”', { who: nameOf(row), text: cut(row.text) })
  if (table === 'reactions') return inWords('{who} {emoji}', { who: nameOf(row), emoji: row.emoji })
  if (table === 'speakers') return row.users.length ? inWords('{count, plural, one {{names} speaks} other {{names} speak}}', { count: row.users.length, names: together(new Set(row.users.map((/** @type {number} */ user_id) => nameOf({ user_id })))) }) : inWords('nobody speaks')
  if (table === 'recordings') return inWords('{who} · {what}', { who: row.username, what: row.status })
  if (table === 'rooms') return changed(record, old_record) || isolated(row.name ?? '')
  return ''
}

const cut = (/** @type {string} */ text) => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
const quoted = (/** @type {string} */ text) => inWords('“{text}”', { text: cut(text) })

function signal(/** @type {Json} */ { kind, body }) {
  if (kind !== 'candidate') return isolated(`${kind} · ${weight(body)}`)
  const count = Array.isArray(body) ? body.length : 1
  return inWords('{count, plural, one {# candidate} other {# candidates}} · {weight}', { count, weight: weight(body) })
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

const changed = (/** @type {Json} */ record, /** @type {Json} */ old_record) => changes(record, old_record).map(isolated).join(' · ')

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

import { duration } from '../view/elements/words.js'
import { inWords, locale } from '../words/language.js'

/** @import { Json } from '../signaling/json.js' */

/** The lab's texts on the techniques and on events. */
export const TECHNIQUES = /** @type {Record<string, { title: string, how: string, description: string, cost: string }>} */ ({
  sse: {
    title: inWords('Push'),
    how: inWords('Server-Sent Events'),
    description: inWords('Database-driven: the row’s trigger notifies the relay, which reads the log once for everybody and writes the event to responses that stay open.'),
    cost: inWords('One connection for each subscriber, and nothing more while nothing happens.'),
  },
  'long-polling': {
    title: inWords('Long-polling'),
    how: inWords('a request that waits'),
    description: inWords('The page sends a request, and the relay answers when something is new. Then the page sends the next one.'),
    cost: inWords('Each event costs each subscriber a request, and the database a read of the log.'),
  },
  websocket: {
    title: inWords('WebSocket'),
    how: inWords('one handshake'),
    description: inWords('The server of the article: one connection for both directions. What a client emits becomes a row like any other.'),
    cost: inWords('One connection for each subscriber, with a protocol of its own.'),
  },
  polling: {
    title: inWords('Polling'),
    how: inWords('ask, wait, ask again'),
    description: inWords('The page asks at fixed intervals, whether something happened or not. On average events come late by half an interval.'),
    cost: inWords('Requests all the time. In a quiet room nearly all answers are empty.'),
  },
})

/** The statement that the relay runs for all streams and sockets; as in relay.py. */
export const SHARED = 'select … from roomtone.relay_read($rooms, $heads)'

/** "lab push 4f2a unmuted" */
export function happened(/** @type {Json} */ { table, type, record, old_record }) {
  const who = record?.username ?? old_record?.username ?? ''
  if (table !== 'participants') return type === 'INSERT' ? inWords('a new row in {table}', { table }) : inWords('a change in {table}', { table })
  if (type === 'DELETE' || (record.peer_id === null && old_record?.peer_id)) return inWords('{who} left', { who })
  if (type === 'INSERT' || old_record.peer_id !== record.peer_id) return inWords('{who} joined', { who })
  if (old_record.muted !== record.muted) return record.muted ? inWords('{who} muted', { who }) : inWords('{who} unmuted', { who })
  if (Boolean(old_record.hand_raised_at) !== Boolean(record.hand_raised_at)) return record.hand_raised_at ? inWords('{who} raised a hand', { who }) : inWords('{who} lowered the hand', { who })
  if (old_record.role !== record.role) return inWords('{role, select, HOST {{who} is now host} MODERATOR {{who} is now moderator} SPEAKER {{who} is now speaker} other {{who} is now audience}}', { role: record.role, who })
  return inWords('{who} changed', { who })
}

const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const whole = new Intl.NumberFormat(locale)

/** 431 B, 4.3 kB */
export function bytes(/** @type {number} */ value) {
  if (value < 1000) return `${whole.format(value)} B`
  return value < 1_000_000 ? `${tenths.format(value / 1000)} kB` : `${tenths.format(value / 1_000_000)} MB`
}

/** 0.7 s: always in seconds, because it is counted down. */
export const seconds = (/** @type {number} */ ms) => inWords('{seconds} s', { seconds: tenths.format(ms / 1000) })

/** What a polling interval costs, for one subscriber and for a thousand. */
export function pace(/** @type {number} */ ms) {
  return inWords(
    '{requests, plural, one {# request} other {# requests}} a minute, even in a quiet room. On average events come {late} late. With a thousand subscribers: {thousand, plural, one {# request} other {# requests}} a second.',
    { requests: Math.round(60_000 / ms), late: duration(ms / 2), thousand: Math.round(1e6 / ms) },
  )
}
